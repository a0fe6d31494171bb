import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../../api/ports/errors.js';
import { ElasticsearchReader } from '../../../../api/readers/elasticsearch/reader.js';
import { accepted } from '../../asking.js';
import { product } from '../../documents.js';
import { countsContract } from '../counts-contract.js';
import { filled, newSet, search, walk } from '../harness.js';
import { highlightContract } from '../highlight-contract.js';
import { ordersContract } from '../orders-contract.js';
import { productsContract } from '../products-contract.js';
import { readerContract } from '../reader-contract.js';
import { relevanceContract } from '../relevance-contract.js';
import { walkContract } from '../walk-contract.js';
import { openElasticsearch as open } from './harness.js';

readerContract('orders', open);
readerContract('products', open);
ordersContract(open);
productsContract(open);

relevanceContract(open);
for (const view of ['orders', 'products'] as const) {
  highlightContract(view, open);
  walkContract(view, open, 4);
  countsContract(view, open, 4);
}

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

  it('shows a beginning in a text with more words that begin so than any limit', async () => {
    const harness = await open();
    const words = Array.from({ length: 1_300 }, (_, i) => `aa${i}`);
    const set = await filled(harness, 'products', { x: product('x', { name: words.join(' ') }) });
    const { highlights } = await search(harness, set, 'q=aa&highlight=true');
    expect(highlights).toEqual([{ name: [words.map((word) => `<em>${word}</em>`).join(' ')] }]);
    expect((await search(harness, set, 'q=x-aa&highlight=true')).highlights).toEqual([]);
    await harness.close();
  });

  it('shows passages of a long text', async () => {
    const harness = await open();
    const filler = 'Nothing of interest stands here. '.repeat(100);
    const description = `${filler}The phone is <b>good</b>. ${filler}`;
    const set = await filled(harness, 'products', { x: product('x', { description }) });
    const [shown] = (await search(harness, set, 'q=phone&highlight=true')).highlights ?? [];
    const [passage, ...others] = shown?.description ?? [];
    expect(others).toEqual([]);
    expect(passage).toContain('The <em>phone</em> is &lt;b&gt;good&lt;&#x2F;b&gt;.');
    expect(passage?.length).toBeLessThan(400);
    await harness.close();
  });

  it('finds by more beginnings than any limit, and counts 1,000 values of a facet', async () => {
    const harness = await open();
    const products = Array.from({ length: 1_100 }, (_, i) => {
      const code = String(i).padStart(4, '0');
      return [`p-${code}`, product(`p-${code}`, { brand: `b${code}`, tags: [`longbeginning${code}`] })] as const;
    });
    const set = await filled(harness, 'products', products);
    expect((await search(harness, set, 'q=longbeginning&total=exact')).total.value).toBe(1_100);
    const { facets } = await search(harness, set, 'facets=brand');
    expect(facets.brand).toEqual(products.slice(0, 1_000).map(([, { brand }]) => ({ value: brand, count: 1 })));
    await harness.close();
  });

  it('is no longer asked when the caller has gone', async () => {
    const harness = await open();
    const set = await filled(harness, 'products', { x: product('x') });
    const signal = AbortSignal.abort();
    const { query } = accepted('products', '');
    await expect(harness.reader.search(set, query, { signal })).rejects.toThrow();
    await expect(harness.reader.get(set, 'x', { signal })).rejects.toThrow();
    await harness.close();
  });

  it('that is not there makes the reader reject with StoreUnavailable', async () => {
    const reader = new ElasticsearchReader({
      url: 'http://127.0.0.1:1',
      namespace: 'nowhere',
      requestTimeoutMs: 1_000,
    });
    const harness = { reader, fill: async () => {}, write: async () => {}, close: () => reader.close() };
    await expect(search(harness, newSet('orders'), '')).rejects.toThrow(StoreUnavailable);
    await expect(reader.get(newSet('orders'), 'x')).rejects.toThrow(StoreUnavailable);
    await expect(reader.ping()).rejects.toThrow(StoreUnavailable);
    await harness.close();
  });
});
