import { MongoClient } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';
import { StoreUnavailable } from '../../../../api/ports.js';
import { Database } from '../../../../api/readers/mongodb/database.js';
import { MongoReader } from '../../../../api/readers/mongodb/reader.js';
import { databaseOf, documentsCollection } from '../../../../runtime/names.js';
import { customer } from '../../documents.js';
import { customersContract } from '../customers-contract.js';
import { filled, newSet, type ReaderHarness, search, walk } from '../harness.js';
import { readerContract } from '../reader-contract.js';

const url = inject('MONGODB_URL');
const namespace = `api-readers-${process.pid}`;

async function open(): Promise<ReaderHarness> {
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
    async close() {
      for (const name of collections) await db.dropCollection(name);
      await Promise.all([client.close(), database.close()]);
    },
  };
}

readerContract('customers', open);
customersContract(open);

describe('MongoDB', () => {
  it('counts to 10,000 unless asked to be exact', async () => {
    const harness = await open();
    const ids = Array.from({ length: 10_001 }, (_, i) => `c-${i}`);
    const set = await filled(
      harness,
      'customers',
      ids.map((id) => [id, customer(id)] as const),
    );
    expect((await search(harness, set, '')).total).toEqual({ value: 10_000, relation: 'gte' });
    expect((await search(harness, set, 'total=exact')).total).toEqual({ value: 10_001, relation: 'eq' });
    expect((await search(harness, set, 'size=100&page=100')).next).not.toBeNull();
    expect(new Set(await walk(harness, set, 'sort=name', 4_000))).toEqual(new Set(ids));
    await harness.close();
  });

  it('that is not there makes the reader reject with StoreUnavailable', async () => {
    const database = new Database({ url: 'mongodb://127.0.0.1:1', namespace, requestTimeoutMs: 300 });
    const reader = new MongoReader(database);
    const harness = { reader, fill: async () => {}, close: () => database.close() };
    await expect(search(harness, newSet('customers'), '')).rejects.toThrow(StoreUnavailable);
    await expect(reader.get(newSet('customers'), 'x')).rejects.toThrow(StoreUnavailable);
    await expect(reader.ping()).rejects.toThrow(StoreUnavailable);
    await harness.close();
  });
});
