import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../../api/ports/errors.js';
import { Database } from '../../../../api/readers/mongodb/database.js';
import { MongoReader } from '../../../../api/readers/mongodb/reader.js';
import { accepted } from '../../asking.js';
import { customer } from '../../documents.js';
import { countsContract } from '../counts-contract.js';
import { customersContract } from '../customers-contract.js';
import { filled, newSet, search, walk } from '../harness.js';
import { highlightContract } from '../highlight-contract.js';
import { readerContract } from '../reader-contract.js';
import { walkContract } from '../walk-contract.js';
import { openMongo as open } from './harness.js';

readerContract('customers', open);
customersContract(open);

for (const view of ['customers'] as const) {
  highlightContract(view, open);
  walkContract(view, open, 8);
  countsContract(view, open, 8);
}

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

  it('is no longer asked when the caller has gone', async () => {
    const harness = await open();
    const set = await filled(harness, 'customers', { x: customer('x') });
    const signal = AbortSignal.abort();
    const { query } = accepted('customers', 'facets=city');
    await expect(harness.reader.search(set, query, { signal })).rejects.toThrow();
    await expect(harness.reader.get(set, 'x', { signal })).rejects.toThrow();
    await harness.close();
  });

  it('that is not there makes the reader reject with StoreUnavailable', async () => {
    const settings = { url: 'mongodb://127.0.0.1:1', namespace: 'nowhere', requestTimeoutMs: 300 };
    const database = new Database(settings);
    const reader = new MongoReader(database);
    const harness = { reader, fill: async () => {}, write: async () => {}, close: () => database.close() };
    await expect(search(harness, newSet('customers'), '')).rejects.toThrow(StoreUnavailable);
    await expect(reader.get(newSet('customers'), 'x')).rejects.toThrow(StoreUnavailable);
    await expect(reader.ping()).rejects.toThrow(StoreUnavailable);
    await harness.close();
  });
});
