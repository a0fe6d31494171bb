/**
 * What each outcome of MongoDB's commands means, in one place. Tested code by code, and against a server behind a proxy
 * that breaks things. Codes: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
import {
  MongoError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import type { FailureVerdict, ItemVerdict } from '../../../runtime/storage/verdict.js';

interface Row<Verdict> {
  readonly codes: readonly number[];
  readonly verdict: Verdict;
  readonly because: string;
}

const PASSING: readonly Row<'wait'>[] = [
  {
    codes: [91, 189, 10058, 10107, 11600, 11602, 13435, 13436],
    verdict: 'wait',
    because: 'the primary steps down or shuts down, and another one is elected',
  },
  {
    codes: [6, 7, 89, 202, 9001],
    verdict: 'wait',
    because: 'the network between the servers is in trouble',
  },
  {
    codes: [64, 100, 133, 134],
    verdict: 'wait',
    because: 'the majority is not there, so a write may be undone yet',
  },
  {
    codes: [24, 43, 46, 50, 112, 175, 237, 262, 365, 391, 462, 11601],
    verdict: 'wait',
    because: 'interrupted, out of time, in conflict with another operation, or held back under load',
  },
  { codes: [63, 150, 13388], verdict: 'wait', because: 'the shards are being moved' },
  { codes: [14031], verdict: 'wait', because: 'the disk is full' },
];

/** Larger than the server takes: 16 MB for a record and for a command. 17280: a key is too long for an index. */
const TOO_LARGE: readonly number[] = [10334, 17280, 17419, 17420];

/** Of one write of an answered `update` command. A code that is not here is `quarantine`. */
export const ITEM_VERDICTS: readonly Row<ItemVerdict>[] = [
  {
    codes: [11000],
    verdict: 'superseded',
    because: 'the condition did not hold, so the upsert collided with the record that is there',
  },
  ...PASSING,
  { codes: [13, 18], verdict: 'stop', because: 'the credentials do not permit writing' },
  {
    codes: [...TOO_LARGE, 2, 9, 15, 52, 57, 66, 121],
    verdict: 'quarantine',
    because: 'the record is too large, or breaks a rule of the collection or of BSON',
  },
];

/** Of a command as a whole. A code that is not here is `stop`. */
export const COMMAND_VERDICTS: readonly Row<FailureVerdict>[] = [
  ...PASSING,
  { codes: TOO_LARGE, verdict: 'split', because: 'the command, or one of its records, is too large' },
  { codes: [8, 11, 13, 18, 8000], verdict: 'stop', because: 'the credentials are not accepted or do not permit it' },
];

/** What an answer of the `update` command says of a write that was not made. */
export function verdictOfItem(code: number): Exclude<ItemVerdict, 'done'> {
  const verdict = ITEM_VERDICTS.find(({ codes }) => codes.includes(code))?.verdict;
  return verdict === undefined || verdict === 'done' ? 'quarantine' : verdict;
}

/**
 * No answer, an error as the answer, writes that are not confirmed, or an error that has nothing to do with the store.
 * After `wait` it is not known whether the command was carried out: its guards make repeating it harmless.
 */
export function verdictOfFailure(error: unknown): FailureVerdict {
  if (isSerializerFull(error)) return 'split';
  if (!(error instanceof MongoError)) return 'stop';
  // Made, but not by a majority yet: only an acknowledged write counts.
  if (error instanceof MongoWriteConcernError) return 'wait';
  if (NO_ANSWER.some((kind) => error instanceof kind) || NO_CONNECTION.includes(error.name)) return 'wait';
  const { code } = error;
  const verdict = COMMAND_VERDICTS.find(({ codes }) => typeof code === 'number' && codes.includes(code))?.verdict;
  if (verdict !== undefined) return verdict;
  const passing = error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('TransientTransactionError');
  return passing ? 'wait' : 'stop';
}

const NO_ANSWER = [MongoNetworkError, MongoServerSelectionError, MongoOperationTimeoutError];
/** Of a class that the driver does not export. */
const NO_CONNECTION: readonly string[] = ['MongoWaitQueueTimeoutError'];

/** The driver writes a command into a buffer of 17 MB; a text and binary data overflow it each in their own way. */
function isSerializerFull(error: unknown): boolean {
  if (!(error instanceof RangeError)) return false;
  return ('code' in error && error.code === 'ERR_OUT_OF_RANGE') || error.message === 'offset is out of bounds';
}
