/** Readers over the real MongoDB, or what stands in for it, for the contract suites. */
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { Database } from '../../../../api/readers/mongodb/database.js';
import { MongoReader } from '../../../../api/readers/mongodb/reader.js';
import { databaseOf, documentsCollection } from '../../../../runtime/storage/names.js';
import type { ReaderHarness } from '../harness.js';

export async function openMongo(name = 'readers'): Promise<ReaderHarness> {
  const url = inject('MONGODB_URL');
  const namespace = `api-${name}-${process.pid}`;
  const database = new Database({ url, namespace, requestTimeoutMs: 10_000 });
  const client = new MongoClient(url);
  const db = client.db(databaseOf(namespace));
  const collections: string[] = [];
  return {
    reader: new MongoReader(database),
    async fill({ view, generation, revision }, stored) {
      const name = documentsCollection(generation, view.name, revision);
      collections.push(name);
      await db
        .collection<{ _id: string }>(name)
        .insertMany(
          stored.map(([id, document], i) => ({ ...document, _id: id, ticket: i, hidden: document === null })),
        );
    },
    async write({ view, generation, revision }, stored) {
      const collection = db.collection<{ _id: string }>(documentsCollection(generation, view.name, revision));
      for (const [id, document] of stored) {
        await collection.replaceOne({ _id: id }, { ...document, hidden: document === null }, { upsert: true });
      }
    },
    async close() {
      for (const name of collections) await db.dropCollection(name);
      await Promise.all([client.close(), database.close()]);
    },
  };
}
