import { MongoError, MongoNetworkError, MongoNetworkTimeoutError, MongoServerError } from 'mongodb';
import { QuestionTooLong, StoreUnavailable } from '../../ports/errors.js';

/** The states of a node that is not, or not yet, the primary, and shutdown. */
const AWAY_CODES = [6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436];
/** MaxTimeMSExpired, ExceededTimeLimit. */
const TOO_LONG_CODES = [50, 262];

/** What a failed operation means to a reader. Anything else is a fault of ours and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (error instanceof MongoServerError) {
    const code = Number(error.code);
    if (TOO_LONG_CODES.includes(code)) return new QuestionTooLong('mongodb', { cause: error });
    return AWAY_CODES.includes(code) ? new StoreUnavailable('mongodb', { cause: error }) : error;
  }
  // The socket was silent for as long as an answer may take.
  if (error instanceof MongoNetworkTimeoutError) return new QuestionTooLong('mongodb', { cause: error });
  const isOurs = error instanceof MongoError && /^Mongo(API|InvalidArgument|Parse|Runtime)Error$/.test(error.name);
  const isTheirs = error instanceof MongoNetworkError || (error instanceof MongoError && !isOurs);
  return isTheirs ? new StoreUnavailable('mongodb', { cause: error }) : error;
}
