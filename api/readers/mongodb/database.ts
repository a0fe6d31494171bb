/** The connection to MongoDB that the adapters share. */
import type { Collection, Db, Document, MongoClient } from 'mongodb';
import { mongoClient } from '../../../runtime/presence/mongodb.js';
import { timeOf } from '../../../runtime/presence/mongodb-time.js';
import { databaseOf } from '../../../runtime/storage/names.js';
import { translateFailure } from './failures.js';

export interface MongoSettings {
  readonly url: string;
  readonly namespace: string;
  readonly requestTimeoutMs: number;
}

/** Collections keep their texts as `_id`. */
export type StoredRecord = Document & { readonly _id: string };

export class Database {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #present = new Set<string>();
  readonly #requestTimeoutMs: number;
  #isClosed = false;

  /** Connects with the first operation. @throws SettingsError when the URL is none. */
  constructor({ url, namespace, requestTimeoutMs }: MongoSettings) {
    this.#client = mongoClient(url, {
      appName: 'read-model-api',
      serverSelectionTimeoutMS: requestTimeoutMs,
      connectTimeoutMS: requestTimeoutMs,
      socketTimeoutMS: requestTimeoutMs,
      readPreference: 'primary',
    });
    this.#db = this.#client.db(databaseOf(namespace));
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /** @throws StoreUnavailable when the server does not answer in time. */
  async ask<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    try {
      // A first connection that fails stays closed for all operations, unless it is asked for by itself again.
      if (!this.#isClosed) await this.#client.connect();
      return await operation();
    } catch (error) {
      throw translateFailure(error);
    }
  }

  collection<Record extends { readonly _id: string } = StoredRecord>(name: string): Collection<Record> {
    return this.#db.collection<Record>(name);
  }

  /** Reading a collection that is not there would look like an empty one. Only presence is remembered. */
  async has(name: string): Promise<boolean> {
    if (this.#present.has(name)) return true;
    // Asked for by name, some servers that speak the protocol answer with every name all the same.
    const found = await this.ask(() => this.#db.listCollections({}, { nameOnly: true }).toArray());
    for (const collection of found) this.#present.add(collection.name);
    return this.#present.has(name);
  }

  /** The server ends what takes longer than the caller waits. */
  get maxTimeMS(): number {
    return this.#requestTimeoutMs;
  }

  async ping(): Promise<void> {
    await this.ask(() => this.#db.command({ ping: 1 }));
  }

  /** The server's time, in ms since 1970; `null` when it does not tell. */
  time(): Promise<number | null> {
    return this.ask(() => timeOf(this.#db));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#client.close();
  }
}
