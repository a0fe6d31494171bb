/** What a caller is told that demands something of an answer, over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../api/ports/documents.js';
import { EVERYBODY } from '../../../api/ports/principal.js';
import type { AggregateProgress, PendingJob } from '../../../api/ports/waiting.js';
import { customer, order, product } from '../documents.js';
import { FRESH, memoryReader, serve, type TestServer } from '../server.js';

const reader = memoryReader({
  orders: [order('o-1'), order('o-2', { customer: { ...order('o-2').customer, customerId: 'c-2' } })],
  products: [product('p-1')],
  customers: [customer('c-1')],
});

const merged = (partition: string, customers: readonly string[] = []): AggregateProgress => ({
  sequences: [[1, 3]],
  remembered: [{ sequence: 3, eventId: 'e/3', place: { partition, offset: 8 } }],
  forgotten: [],
  customers,
});

const states = new Map([
  ['orders/o-1', merged('orders/0', ['c-1'])],
  ['orders/o-2', merged('orders/0', ['c-2'])],
  ['products/p-1', merged('products/0')],
]);

let positions: Map<string, number>;
let refreshed: DocumentSet[];
let refresh: () => Promise<void>;
let freshness = FRESH;
let jobs: readonly PendingJob[];
let server: TestServer;

beforeEach(async () => {
  positions = new Map([['orders/0', 9]]);
  refreshed = [];
  refresh = async () => {};
  freshness = FRESH;
  jobs = [];
  server = await serve({
    elasticsearch: reader,
    mongodb: reader,
    freshness: { of: async () => freshness },
    refresher: {
      refresh: (documents) => {
        refreshed.push(documents);
        return refresh();
      },
    },
    progress: {
      positions: async () => positions,
      progress: async (_generation, aggregate, ids) =>
        new Map(
          ids.flatMap((id) => {
            const progress = states.get(`${aggregate}/${id}`);
            return progress === undefined ? [] : [[id, progress] as const];
          }),
        ),
    },
    jobs: { jobs: async () => jobs },
    entrance: {
      authenticator: {
        challenges: [],
        authenticate: async ({ 'x-customer': [customerId = null] = [] }) => ({ ...EVERYBODY, customerId }),
      },
    },
  });
});
afterEach(() => server.close());

const ask = (path: string, headers: Record<string, string>) => server.get(path, { headers });

const READS = [
  '/v1/orders',
  '/v1/orders/o-1',
  '/v1/products',
  '/v1/products/p-1',
  '/v1/customers',
  '/v1/customers/c-1',
  '/v1/customers/c-1/orders',
  '/v1/suggest?q=thing',
];

describe.each(READS)('%s', (path) => {
  it('is answered when what is waited for is visible', async () => {
    expect((await ask(path, { 'Wait-For': 'orders/o-1@3' })).status).toBe(200);
    expect((await ask(path, { 'Wait-For': 'orders/o-1#e%2F3' })).status).toBe(200);
  });

  it('is answered with 503 and what was reached when it is not', async () => {
    positions.set('orders/0', 8);
    const { status, headers, body } = await ask(path, { 'Wait-For': 'orders/o-1@3;timeout=30' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({ code: 'wait-timeout', reached: { 'orders/o-1': null } });
  });

  it('is answered with 503 when the view is older than the caller allows, or nobody knows', async () => {
    freshness = { ...FRESH, lagMs: 500 };
    expect((await ask(path, { 'Max-Staleness': '500' })).status).toBe(200);
    const { status, headers, body } = await ask(path, { 'Max-Staleness': '499' });
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'too-stale', '1']);
    freshness = { ...FRESH, lagMs: null };
    expect((await ask(path, { 'Max-Staleness': '999999999' })).body.code).toBe('too-stale');
    expect((await ask(path, {})).status).toBe(200);
  });

  it('refuses headers that it cannot use, together with the parameters', async () => {
    const separator = path.includes('?') ? '&' : '?';
    const headers = { 'Wait-For': 'nonsense', 'Max-Staleness': 'soon' };
    const { status, body } = await ask(`${path}${separator}nonsense=1`, headers);
    expect([status, body.code]).toEqual([400, 'invalid-parameters']);
    const names = body.errors.map(({ parameter }: { parameter: string }) => parameter).sort();
    expect(names).toEqual(['Max-Staleness', 'Wait-For', 'nonsense']);
    expect((await ask(path, headers)).status).toBe(400);
  });
});

describe('a wait', () => {
  it('refreshes the index that is searched, after the event is visible', async () => {
    const searched = async (path: string) => {
      refreshed = [];
      await ask(path, { 'Wait-For': 'orders/o-1@3' });
      return refreshed.map(({ view: { name }, generation, revision }) => `${name} ${generation} ${revision}`);
    };
    expect(await searched('/v1/orders')).toEqual(['orders 1 1']);
    expect(await searched('/v1/customers/c-1/orders')).toEqual(['orders 1 1']);
    expect(await searched('/v1/products?q=x')).toEqual(['products 1 1']);
    // By id, and in MongoDB, a write is seen at once.
    expect(await searched('/v1/orders/o-1')).toEqual([]);
    expect(await searched('/v1/customers')).toEqual([]);
    expect(await searched('/v1/customers/c-1')).toEqual([]);
  });

  it('that is in vain refreshes nothing, and neither does a search without one', async () => {
    await ask('/v1/orders', { 'Wait-For': 'orders/o-1@4;timeout=10' });
    await ask('/v1/orders', {});
    expect(refreshed).toEqual([]);
  });

  it('ends when the refresh takes too long, too', async () => {
    refresh = () => new Promise(() => {});
    const { status, body } = await ask('/v1/orders', { 'Wait-For': 'orders/o-1@3;timeout=50' });
    expect([status, body.code, body.reached]).toEqual([503, 'wait-timeout', { 'orders/o-1': 3 }]);
  });

  it('does not begin when the parameters cannot be used', async () => {
    const begun = performance.now();
    expect((await ask('/v1/orders?x=1', { 'Wait-For': 'orders/o-9@1;timeout=5000' })).status).toBe(400);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it('answers a customer about foreign orders as about those that are not there', async () => {
    const about = async (orderId: string) => {
      const headers = { 'Wait-For': `orders/${orderId}@3;timeout=40`, 'X-Customer': 'c-1' };
      const { status, body } = await ask('/v1/products', headers);
      return { status, body: { ...body, instance: '', reached: Object.values(body.reached ?? {}) } };
    };
    const foreign = await about('o-2');
    expect(foreign.status).toBe(503);
    expect(foreign.body.reached).toEqual([null]);
    expect(foreign).toEqual(await about('o-none'));
    expect((await about('o-1')).status).toBe(200);
  });
});

describe('a wait for a product that a job brings to its orders', () => {
  const products = { 'Wait-For': 'products/p-1@3;timeout=30' };
  beforeEach(() => {
    positions.set('products/0', 9);
    const job = { view: 'orders', reference: 'product', referredId: 'p-1', documents: 1_500 } as const;
    jobs = [{ ...job, covered: new Map([['products/0', 8]]), since: Date.UTC(2026, 10, 21) }];
  });

  it('is in vain for orders, and says how far the job is', async () => {
    const progress = { aggregate: 'products/p-1', view: 'orders', documents: 1_500, since: '2026-11-21T00:00:00.000Z' };
    for (const path of ['/v1/orders?q=thing', '/v1/orders/o-1', '/v1/customers/c-1/orders']) {
      const { status, body } = await ask(path, products);
      expect([status, body.code, body.reached], path).toEqual([503, 'wait-timeout', { 'products/p-1': 3 }]);
      expect(body.fanOut, path).toEqual([progress]);
    }
  });

  it('does not tell a caller with own orders only how many others have', async () => {
    const { body } = await ask('/v1/orders', { ...products, 'X-Customer': 'c-1' });
    expect(body.fanOut).toEqual([expect.objectContaining({ aggregate: 'products/p-1', documents: null })]);
  });

  it('ends for what the job does not write, and for all once it is behind', async () => {
    for (const path of ['/v1/products/p-1', '/v1/products?q=thing', '/v1/suggest?q=thing', '/v1/customers']) {
      expect((await ask(path, products)).status, path).toBe(200);
    }
    jobs = jobs.map((job) => ({ ...job, covered: new Map([['products/0', 9]]) }));
    expect((await ask('/v1/orders?q=thing', products)).status).toBe(200);
  });
});
