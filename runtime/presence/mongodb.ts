import { MongoClient, MongoServerError } from 'mongodb';
import { messageOf } from '../retrying.js';
import { placeOf } from '../secrets.js';
import { SettingsError } from '../settings.js';
import { databaseOf, REGISTRY_COLLECTION } from '../storage/names.js';
import { PROBE_TIMEOUT_MS, type Server } from './server.js';

/** Unauthorized, AuthenticationFailed, and the same as Atlas says it. */
const REFUSED = [13, 18, 8000];

export function mongoServer(url: string, namespace: string): Server {
  const address = placeOf(url);
  return {
    ...{ name: 'MongoDB', setting: 'MONGODB_URL', address },
    async probe() {
      // A client of its own: the others are as patient as requests have to be.
      const client = mongoClient(url, {
        serverSelectionTimeoutMS: PROBE_TIMEOUT_MS,
        connectTimeoutMS: PROBE_TIMEOUT_MS,
        socketTimeoutMS: PROBE_TIMEOUT_MS,
        maxPoolSize: 1,
      });
      try {
        // A server that asks for credentials answers a ping without any.
        await client
          .db(databaseOf(namespace))
          .collection(REGISTRY_COLLECTION)
          .findOne({}, { projection: { _id: 1 } });
      } catch (error) {
        if (error instanceof MongoServerError && REFUSED.includes(Number(error.code))) {
          throw new SettingsError(
            `MongoDB at ${address} refuses what MONGODB_URL gives as credentials, or they may not read the database ` +
              `${databaseOf(namespace)}: ${messageOf(error)}`,
          );
        }
        throw error;
      } finally {
        await client.close();
      }
    },
  };
}

/** Connects with the first operation. @throws SettingsError when the URL is none. */
export function mongoClient(url: string, options: ConstructorParameters<typeof MongoClient>[1]): MongoClient {
  try {
    return new MongoClient(url, options);
  } catch (error) {
    throw new SettingsError(`MONGODB_URL cannot be used: ${messageOf(error)}`);
  }
}
