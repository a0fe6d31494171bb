import { Client } from '@elastic/elasticsearch';
import { describe, expect, inject, it } from 'vitest';
import { StoreUnavailable } from '../../../../api/ports.js';
import { ElasticsearchReader } from '../../../../api/readers/elasticsearch/reader.js';
import { indexBody } from '../../../../mappings/views/elasticsearch-index.js';
import { documentsIndex } from '../../../../runtime/names.js';
import { product } from '../../documents.js';
import { filled, newSet, type ReaderHarness, search, walk } from '../harness.js';
import { ordersContract } from '../orders-contract.js';
import { productsContract } from '../products-contract.js';
import { readerContract } from '../reader-contract.js';

const url = inject('ELASTICSEARCH_URL');
const namespace = `api-readers-${process.pid}`;

async function open(): Promise<ReaderHarness> {
  const reader = new ElasticsearchReader({ url, namespace, requestTimeoutMs: 10_000 });
  const client = new Client({ node: url });
  const indexes: string[] = [];
  return {
    reader,
    async fill({ view, generation, revision }, stored) {
      const index = documentsIndex({ namespace, generation }, view.name, revision);
      indexes.push(index);
      await client.indices.create({ index, ...(indexBody(view) as object) });
      const operations = stored.flatMap(([id, document]) => [
        { index: { _id: id } },
        document === null ? { hidden: true } : { ...document, hidden: false },
      ]);
      const { errors, items } = await client.bulk({ index, operations, refresh: true });
      if (errors) throw new Error(JSON.stringify(items.find((item) => item.index?.error !== undefined)));
    },
    async close() {
      if (indexes.length > 0) await client.indices.delete({ index: indexes });
      await Promise.all([client.close(), reader.close()]);
    },
  };
}

readerContract('orders', open);
readerContract('products', open);
ordersContract(open);
productsContract(open);

describe('Elasticsearch', () => {
  it('counts to 10,000 unless asked to be exact, and pages to the end of that', async () => {
    const harness = await open();
    const ids = Array.from({ length: 10_001 }, (_, i) => `p-${i}`);
    const set = await filled(
      harness,
      'products',
      ids.map((id) => [id, product(id)] as const),
    );
    expect((await search(harness, set, '')).total).toEqual({ value: 10_000, relation: 'gte' });
    expect((await search(harness, set, 'total=exact')).total).toEqual({ value: 10_001, relation: 'eq' });
    const last = await search(harness, set, 'size=100&page=100');
    expect(last.documents).toHaveLength(100);
    expect(last.next).not.toBeNull();
    expect(new Set(await walk(harness, set, 'sort=name', 1_000))).toEqual(new Set(ids));
    const exactly = await filled(
      harness,
      'products',
      ids.slice(0, 10_000).map((id) => [id, product(id)] as const),
    );
    const end = await search(harness, exactly, 'size=100&page=100');
    expect(end).toMatchObject({ total: { value: 10_000, relation: 'eq' }, next: null });
    await harness.close();
  });

  it('that is not there makes the reader reject with StoreUnavailable', async () => {
    const reader = new ElasticsearchReader({ url: 'http://127.0.0.1:1', namespace, requestTimeoutMs: 1_000 });
    const harness = { reader, fill: async () => {}, close: () => reader.close() };
    await expect(search(harness, newSet('orders'), '')).rejects.toThrow(StoreUnavailable);
    await expect(reader.get(newSet('orders'), 'x')).rejects.toThrow(StoreUnavailable);
    await expect(reader.ping()).rejects.toThrow(StoreUnavailable);
    await harness.close();
  });
});
