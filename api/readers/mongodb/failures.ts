import { MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { StoreUnavailable } from '../../ports.js';

/** ExceededTimeLimit, the states of a node that is not, or not yet, the primary, and shutdown. */
const PASSING_CODES = [6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];

/** What a failed operation means to a reader. Anything else is a fault of ours and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (error instanceof MongoServerError) {
    return PASSING_CODES.includes(Number(error.code)) ? new StoreUnavailable('mongodb', { cause: error }) : error;
  }
  const isOurs = error instanceof MongoError && /^Mongo(API|InvalidArgument|Parse|Runtime)Error$/.test(error.name);
  const isTheirs = error instanceof MongoNetworkError || (error instanceof MongoError && !isOurs);
  return isTheirs ? new StoreUnavailable('mongodb', { cause: error }) : error;
}
