import { type Collection, type Filter, MongoBulkWriteError, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';

interface Order {
  _id: string;
  version: number;
  customer?: string | null;
  lines?: { product?: string | number | null; quantity: number }[];
  tags?: (string | null)[];
  nested?: { group?: string };
}

// `scanned` is the same collection without secondary indexes: whatever an index answers, a scan must answer too.
const client = new MongoClient(inject('MONGODB_URL'));
const database = client.db(`embedded-mongo-test-${process.pid}`);
let indexed: Collection<Order>;
let scanned: Collection<Order>;

const ORDERS: Order[] = [
  { _id: 'o-1', version: 1, customer: 'c-1', lines: [line('p-1'), line('p-2')], tags: ['new', 'big'] },
  { _id: 'o-2', version: 1, customer: 'c-2', lines: [line('p-2')], tags: [], nested: { group: 'g' } },
  { _id: 'o-3', version: 2, customer: null, lines: [line(null), line(7)], tags: [null] },
  { _id: 'o-4', version: 2, lines: [], tags: ['new'] },
  { _id: 'o-5', version: 3, customer: 'c-1' },
];

const FILTERS: Filter<Order>[] = [
  { customer: 'c-1' },
  { customer: 'unknown' },
  { customer: null },
  { customer: { $in: ['c-2', null] } },
  { customer: { $in: [] } },
  { customer: { $ne: 'c-1' } },
  { customer: { $gt: 'c-1' } },
  { customer: { $exists: false } },
  { customer: /^c/ },
  { customer: { $in: ['c-1', 'c-2'] }, version: { $lt: 2 } },
  { customer: { $in: ['c-1', 'c-2'], $ne: 'c-2' } },
  { 'lines.product': 'p-2' },
  { 'lines.product': 7 },
  { 'lines.product': null },
  { 'lines.product': { $in: ['p-1', 'p-2', 'p-2', 'p-9'] } },
  { 'lines.0.product': 'p-2' },
  { lines: { $elemMatch: { product: 'p-2', quantity: 1 } } },
  { lines: { $elemMatch: { product: 'p-2', quantity: 2 } } },
  { tags: 'new' },
  { tags: { $in: ['big', 'new'] } },
  { tags: ['new', 'big'] },
  { tags: { $all: ['new', 'big'] } },
  { tags: null },
  { nested: { group: 'g' } },
  { 'nested.group': 'g' },
  { $and: [{ customer: 'c-1' }, { tags: 'big' }] },
  { $and: [{ tags: 'big' }, { tags: 'new' }] },
  { $or: [{ customer: 'c-2' }, { 'lines.product': 'p-1' }] },
  { $or: [{ customer: 'c-2' }, { version: 3 }] },
  { $or: [{ customer: 'c-2' }, { _id: 'o-1' }], version: 1 },
  { _id: { $in: ['o-5', 'o-1', 'o-9'] } },
  { _id: { $in: ['o-5', 'o-1'] }, version: 1 },
  { _id: { $in: ['o-5', 'o-1'], $ne: 'o-5' } },
  { _id: { $gt: 'o-2', $lte: 'o-4' } },
  { _id: 'o-1', version: { $lt: 1 } },
];

function line(product: string | number | null): { product: string | number | null; quantity: number } {
  return { product, quantity: 1 };
}

beforeAll(async () => {
  await client.connect();
});

beforeEach(async () => {
  await database.dropDatabase();
  indexed = database.collection('indexed');
  scanned = database.collection('scanned');
  await indexed.createIndex({ customer: 1 });
  await indexed.createIndex({ 'lines.product': -1, version: 1 });
  await indexed.insertMany(ORDERS);
  // After the documents, so that filling an index from them is tested too.
  await indexed.createIndexes([{ key: { tags: 1 } }, { key: { 'nested.group': 1 } }]);
  await scanned.insertMany(ORDERS);
});

afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

async function ids(collection: Collection<Order>, filter: Filter<Order>): Promise<string[]> {
  return (await collection.find(filter).toArray()).map((order) => order._id).sort();
}

async function expectSameAnswers(): Promise<void> {
  for (const filter of FILTERS) {
    const expected = await ids(scanned, filter);
    expect(await ids(indexed, filter), JSON.stringify(filter)).toEqual(expected);
    expect(await indexed.countDocuments(filter), `count of ${JSON.stringify(filter)}`).toBe(expected.length);
    const grouped = await indexed.aggregate([{ $match: filter }, { $group: { _id: null, n: { $sum: 1 } } }]).toArray();
    expect(grouped[0]?.n ?? 0, `aggregate of ${JSON.stringify(filter)}`).toBe(expected.length);
  }
}

describe('a secondary index', () => {
  test('finds what a scan finds', async () => {
    expect(await ids(indexed, { 'lines.product': { $in: ['p-2', 'p-9'] } })).toEqual(['o-1', 'o-2']);
    expect(await ids(indexed, { customer: null })).toEqual(['o-3', 'o-4']);
    await expectSameAnswers();
  });

  test('follows updates, replacements, upserts and deletions', async () => {
    for (const collection of [indexed, scanned]) {
      await collection.updateOne({ _id: 'o-1' }, { $set: { customer: 'c-2' }, $pull: { tags: 'big' } });
      await collection.updateMany({ 'lines.product': 'p-2' }, { $push: { lines: line('p-3') } });
      await collection.replaceOne({ _id: 'o-2', version: 1 }, { version: 2, lines: [line('p-1')] });
      await collection.replaceOne({ _id: 'o-6', version: 0 }, { version: 1, customer: 'c-1' }, { upsert: true });
      await collection.deleteMany({ tags: { $in: ['big', null] } });
      await collection.findOneAndUpdate({ customer: 'c-1' }, { $set: { customer: 'c-3' } });
      await collection.insertOne({ _id: 'o-7', version: 1, customer: 'c-3', tags: ['new'] });
    }
    expect(await ids(indexed, { customer: { $in: ['c-2'] } })).toEqual(['o-1']);
    expect(await ids(indexed, { 'lines.product': 'p-3' })).toEqual(['o-1']);
    await expectSameAnswers();
  });

  test('is gone when it is dropped, and listed while it is there', async () => {
    expect((await indexed.indexes()).map(({ key }) => Object.keys(key)[0])).toContain('lines.product');
    await indexed.dropIndex('customer_1');
    await indexed.updateOne({ _id: 'o-2' }, { $set: { customer: 'c-1' } });
    expect(await ids(indexed, { customer: 'c-1' })).toEqual(['o-1', 'o-2', 'o-5']);
  });

  test('spares the scan', async () => {
    const groups = Array.from({ length: 3_000 }, (_, n) => ({
      _id: `g-${n}`,
      version: n,
      lines: [line(`p-${n}`), line(`p-${n + 1}`)],
      tags: [`t-${n}`, `t-${n + 1}`],
    }));
    await Promise.all([indexed.insertMany(groups), scanned.insertMany(groups)]);
    const products = Array.from({ length: 100 }, (_, n) => `p-${n * 30 + 10}`);
    const filter = { 'lines.product': { $in: products } };
    expect(await ids(indexed, filter)).toEqual(await ids(scanned, filter));
    const [byIndex, byScan] = [await quickestMs(indexed, filter), await quickestMs(scanned, filter)];
    expect(byIndex).toBeLessThan(byScan / 3);
  });
});

async function quickestMs(collection: Collection<Order>, filter: Filter<Order>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const startedMs = performance.now();
    await collection.find(filter).project({ _id: 1 }).toArray();
    times.push(performance.now() - startedMs);
  }
  return Math.min(...times);
}

describe('guarded writes', () => {
  test('refuse by error 11000 at their place in the bulk, and let the others pass', async () => {
    const replacement = (_id: string, version: number) => ({
      replaceOne: { filter: { _id, version: { $lt: version } }, replacement: { version }, upsert: true },
    });
    const writes = [replacement('o-1', 5), replacement('o-5', 3), replacement('o-8', 1), replacement('o-5', 2)];
    const error = await indexed.bulkWrite(writes, { ordered: false }).catch((thrown: unknown) => thrown);
    if (!(error instanceof MongoBulkWriteError)) throw new Error(`Expected a bulk write error, got ${error}`);
    const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [1, 11000],
      [3, 11000],
    ]);
    expect(error.result.matchedCount).toBe(1);
    expect(error.result.upsertedIds).toEqual({ 2: 'o-8' });
    expect((await indexed.findOne({ _id: 'o-1' }))?.version).toBe(5);
    expect((await indexed.findOne({ _id: 'o-5' }))?.version).toBe(3);
  });

  test('count only what an insert really inserted', async () => {
    const documents = [
      { _id: 'o-1', version: 9 },
      { _id: 'o-9', version: 9 },
    ];
    const error = await indexed.insertMany(documents, { ordered: false }).catch((thrown: unknown) => thrown);
    if (!(error instanceof MongoBulkWriteError)) throw new Error(`Expected a bulk write error, got ${error}`);
    expect(error.insertedCount).toBe(1);
    expect(await indexed.countDocuments({ version: 9 })).toBe(1);
  });
});

describe('a read', () => {
  test('returns all documents of a long answer', async () => {
    const many = Array.from({ length: 9_500 }, (_, n) => ({ _id: `m-${n}`, version: n, customer: 'c-many' }));
    await indexed.insertMany(many);
    const wanted = many.map(({ _id }) => _id);
    expect(await ids(indexed, { customer: 'c-many' })).toEqual([...wanted].sort());
    expect(await ids(indexed, { _id: { $in: wanted }, version: { $gte: 0 } })).toEqual([...wanted].sort());
  });

  test('never sees half of an update', async () => {
    const documents = Array.from({ length: 5 }, (_, n) => `r-${n}`);
    // Long, so that sending it takes a while in which the next update arrives.
    const content = (version: number) => ({
      version,
      tags: Array.from({ length: 4_000 }, () => String(version)),
      customer: String(version),
    });
    // Without indexes, and with reads that are not repeated when they fail.
    await scanned.insertMany(documents.map((_id) => ({ _id, ...content(0) })));
    const reader = new MongoClient(inject('MONGODB_URL'), { retryReads: false });
    const readable = reader.db(database.databaseName).collection<Order>('scanned');
    let isWriting = true;
    const writing = (async () => {
      for (let version = 1; version <= 80; version++) {
        const replacement = content(version);
        await scanned.bulkWrite(documents.map((_id) => ({ replaceOne: { filter: { _id }, replacement } })));
      }
    })().finally(() => {
      isWriting = false;
    });
    const isWhole = (order: Order) =>
      order.customer === String(order.version) && order.tags?.every((tag) => tag === order.customer) === true;
    let reads = 0;
    try {
      while (isWriting) {
        const orders = await readable.find({ _id: { $in: documents } }).toArray();
        expect(orders.map(isWhole)).toEqual(documents.map(() => true));
        reads++;
      }
    } finally {
      await writing;
      await reader.close();
    }
    expect(reads).toBeGreaterThan(5);
  });
});
