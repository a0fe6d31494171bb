/** What each outcome of MongoDB's commands means, code by code. */
import {
  MongoAPIError,
  type MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { describe, expect, it } from 'vitest';
import {
  COMMAND_VERDICTS,
  ITEM_VERDICTS,
  verdictOfFailure,
  verdictOfItem,
} from '../../../../projector/stores/mongodb/verdicts.js';

const PASSING = [
  ...[6, 7, 24, 43, 46, 50, 63, 64, 89, 91, 100, 112, 133, 134, 150, 175, 189, 202, 237, 262, 365, 391, 462],
  ...[9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031],
];

describe('one write of an answered update command', () => {
  it.each([
    [11000, 'superseded'],
    [13, 'stop'],
    [18, 'stop'],
    [2, 'quarantine'],
    [9, 'quarantine'],
    [15, 'quarantine'],
    [52, 'quarantine'],
    [57, 'quarantine'],
    [66, 'quarantine'],
    [121, 'quarantine'],
    [10334, 'quarantine'],
    [17280, 'quarantine'],
    [17419, 'quarantine'],
    [17420, 'quarantine'],
    // Unknown: of this document, as far as can be told.
    [999_999, 'quarantine'],
  ])('with code %i is: %s', (code, verdict) => {
    expect(verdictOfItem(code)).toBe(verdict);
  });

  it.each(PASSING)('with code %i waits', (code) => {
    expect(verdictOfItem(code)).toBe('wait');
  });
});

describe('a command that is not carried out', () => {
  it.each(PASSING)('with code %i waits', (code) => {
    expect(verdictOfFailure(serverError(code))).toBe('wait');
  });

  it.each([
    [10334, 'split'],
    [17280, 'split'],
    [17419, 'split'],
    [17420, 'split'],
    [8, 'stop'],
    [11, 'stop'],
    [13, 'stop'],
    [18, 'stop'],
    [8000, 'stop'],
    [59, 'stop'],
    [999_999, 'stop'],
  ])('with code %i is: %s', (code, verdict) => {
    expect(verdictOfFailure(serverError(code))).toBe(verdict);
  });

  it('waits when the server says that it may be repeated, whatever the code', () => {
    const error = serverError(999_999);
    error.addErrorLabel('RetryableWriteError');
    expect(verdictOfFailure(error)).toBe('wait');
  });

  it.each<[string, MongoError]>([
    ['the connection broke', new MongoNetworkError('connection closed')],
    ['no answer in time', new MongoNetworkTimeoutError('connection timed out')],
    ['no time left', new MongoOperationTimeoutError('timed out')],
    ['no primary', new MongoServerSelectionError('timed out', {} as never)],
    ['no connection was free', named(new MongoAPIError('timed out'), 'MongoWaitQueueTimeoutError')],
    [
      'written, and not confirmed by a majority',
      new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 999_999, errmsg: 'waiting for replication' } }),
    ],
  ])('waits: %s', (_, error) => {
    expect(verdictOfFailure(error)).toBe('wait');
  });

  it('is split when it does not fit into the driver, and no other range error is taken for that', () => {
    const full = Object.assign(new RangeError('The value of "offset" is out of range.'), { code: 'ERR_OUT_OF_RANGE' });
    expect(verdictOfFailure(full)).toBe('split');
    expect(verdictOfFailure(new RangeError('offset is out of bounds'))).toBe('split');
    expect(verdictOfFailure(new RangeError('Maximum call stack size exceeded'))).toBe('stop');
  });

  it.each([new TypeError('undefined is not a function'), new MongoAPIError('client was closed'), 'text', undefined])(
    'does not wait for an error of another kind to pass: %s',
    (error) => {
      expect(verdictOfFailure(error)).toBe('stop');
    },
  );
});

it('has a reason for each row, and no code in two rows of a table', () => {
  for (const rows of [ITEM_VERDICTS, COMMAND_VERDICTS]) {
    for (const { because } of rows) expect(because).toMatch(/\w+/);
    const codes = rows.flatMap((row) => row.codes);
    expect(new Set(codes).size).toBe(codes.length);
  }
});

function serverError(code: number): MongoServerError {
  return new MongoServerError({ ok: 0, code, errmsg: 'no' });
}

function named<E extends Error>(error: E, name: string): E {
  Object.defineProperty(error, 'name', { value: name });
  return error;
}
