import type { Db, MongoClient } from 'mongodb';
import { mongoClient } from '../../../runtime/presence/mongodb.js';
import { messageOf } from '../../../runtime/retrying.js';
import { databaseOf } from '../../../runtime/storage/names.js';
import { Unavailable } from '../../ports/errors.js';
import { verdictOfFailure } from './verdicts.js';

/** For those who compose: the driver's own types stay in this folder. */
export type MongoDatabase = Db;

/**
 * What the convergence argument asks of MongoDB: writes acknowledged by a majority, reads from the primary. Retries and
 * their pace are the pipeline's: the driver itself tries once, and waits for a connection, for a primary and for an
 * answer no longer than `requestTimeoutMs` each. Connects with the first operation.
 * @throws SettingsError when the URL is none.
 */
export function createMongo(url: string, requestTimeoutMs: number): MongoClient {
  return mongoClient(url, {
    readPreference: 'primary',
    writeConcern: { w: 'majority' },
    retryReads: false,
    retryWrites: false,
    serverSelectionTimeoutMS: requestTimeoutMs,
    connectTimeoutMS: requestTimeoutMs,
    socketTimeoutMS: requestTimeoutMs,
    waitQueueTimeoutMS: requestTimeoutMs,
    maxPoolSize: 16,
    // Data keys such as `__proto__` must stay data.
    ignoreUndefined: true,
  });
}

export function databaseFor(client: MongoClient, namespace: string): Db {
  return client.db(databaseOf(namespace));
}

/** Runs one operation; what passes by itself becomes `Unavailable`. */
export async function withMongo<Result>(attempted: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (verdictOfFailure(error) !== 'wait') throw error;
    throw new Unavailable(`MongoDB could not ${attempted}: ${messageOf(error)}`, { cause: error });
  }
}
