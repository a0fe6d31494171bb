import { type Db, MongoClient, MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { databaseOf } from '../../../runtime/names.js';
import { Unavailable } from '../../ports.js';

/**
 * What the convergence argument asks of MongoDB: writes acknowledged by a majority, reads from the primary.
 * @throws Error when the server does not answer within `connectTimeoutMs`.
 */
export async function connectMongo(url: string, connectTimeoutMs: number): Promise<MongoClient> {
  const client = new MongoClient(url, {
    readPreference: 'primary',
    writeConcern: { w: 'majority' },
    serverSelectionTimeoutMS: connectTimeoutMs,
    maxPoolSize: 16,
    // Data keys such as `__proto__` must stay data.
    ignoreUndefined: true,
  });
  await client.connect();
  return client;
}

export function databaseFor(client: MongoClient, namespace: string): Db {
  return client.db(databaseOf(namespace));
}

/** Codes of a server that is stepping down, shutting down, or cannot reach its majority for now. */
const PASSING_CODES: readonly number[] = [6, 7, 43, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];

/** Runs one operation; what passes by itself becomes `Unavailable`. */
export async function withMongo<Result>(attempted: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (isPassing(error)) throw new Unavailable(`MongoDB could not ${attempted}: ${error.message}`, { cause: error });
    throw error;
  }
}

function isPassing(error: unknown): error is MongoError {
  if (!(error instanceof MongoError)) return false;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('TransientTransactionError')) return true;
  return typeof error.code === 'number' && PASSING_CODES.includes(error.code);
}
