/** Lists while Elasticsearch is down: as they were a moment ago, to whoever allows that. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecentAnswers } from '../../../api/degraded/recent-answers.js';
import type { DocumentReader } from '../../../api/ports/documents.js';
import { NotReady, StoreUnavailable } from '../../../api/ports/errors.js';
import { EVERYBODY, type Scope } from '../../../api/ports/principal.js';
import { customer, order, product } from '../documents.js';
import { FRESH, memoryReader, serve, servedOf, type TestServer } from '../server.js';

const AGE_MS = 60_000;
const orders = Array.from({ length: 3 }, (_, i) => order(`o-${i}`, { city: 'Wuhan' }));
const reader = memoryReader({
  orders,
  products: [product('p-1')],
  customers: [customer('c-1', { orderCount: 30 }), customer('c-2')],
});

let failure: Error | null;
let now: number;
let generation: number;
let freshness = FRESH;
let server: TestServer;

beforeEach(async () => {
  failure = null;
  now = 0;
  generation = 1;
  freshness = FRESH;
  const search: DocumentReader['search'] = (documents, query) =>
    failure === null ? reader.search(documents, query) : Promise.reject(failure);
  server = await serve({
    elasticsearch: { search, get: (documents, id) => reader.get(documents, id), ping: () => reader.ping() },
    mongodb: { search, get: (documents, id) => reader.get(documents, id), ping: () => reader.ping() },
    generations: { live: async () => servedOf(generation) },
    freshness: { of: async () => freshness },
    recent: new RecentAnswers({ ageMs: AGE_MS, entriesMax: 100, bytesMax: 1_000_000 }, () => now),
    entrance: {
      authenticator: {
        challenges: [],
        authenticate: async ({ 'x-customer': [customerId = null] = [], 'x-without': [without = ''] = [] }) => ({
          ...EVERYBODY,
          customerId,
          scopes: new Set<Scope>([...EVERYBODY.scopes].filter((scope) => scope !== without)),
        }),
      },
    },
  });
});
afterEach(() => server.close());

const ask = (path: string, headers: Record<string, string> = {}) => server.get(path, { headers });
const stop = () => {
  failure = new StoreUnavailable('elasticsearch', { cause: 'down' });
};

const LISTS = ['/v1/orders?city=Wuhan&size=2&facets=city', '/v1/products', '/v1/customers/c-1/orders?sort=total'];

describe.each(LISTS)('%s', (path) => {
  it('is answered as it was, with the time of what it tells', async () => {
    const { headers, body } = await ask(path);
    expect(body).not.toHaveProperty('degraded');
    stop();
    now += 20_000;
    const degraded = await ask(path);
    expect([degraded.status, degraded.headers.get('link')]).toEqual([200, headers.get('link')]);
    const { freshness: fresh, ...others } = body;
    expect(degraded.body).toEqual({
      ...others,
      degraded: true,
      freshness: { lagEvents: null, lagMs: 20_000, refused: fresh.refused, asOf: fresh.asOf },
    });
  });

  it('is 503 when that is too long ago, or other documents are served, or something else is asked', async () => {
    await ask(path);
    stop();
    now += AGE_MS;
    expect((await ask(path)).status).toBe(200);
    expect((await ask(`${path}${path.includes('?') ? '&' : '?'}page=1`)).status).toBe(503);
    generation = 2;
    expect((await ask(path)).status).toBe(503);
    generation = 1;
    now += 1;
    const { status, headers, body } = await ask(path);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).not.toBeNull();
    expect(['store-unavailable', 'degraded-unsupported']).toContain(body.code);
  });

  it('is 503 to whoever allows no such age, or waits for an event', async () => {
    await ask(path);
    freshness = { ...FRESH, lagMs: 100 };
    await ask(`${path}${path.includes('?') ? '&' : '?'}page=1`);
    stop();
    freshness = FRESH;
    now += 1_000;
    expect((await ask(path, { 'Max-Staleness': '1000' })).status).toBe(200);
    expect(await ask(path, { 'Max-Staleness': '999' })).toMatchObject({ status: 503, body: { code: 'too-stale' } });
    const behind = `${path}${path.includes('?') ? '&' : '?'}page=1`;
    expect((await ask(behind, { 'Max-Staleness': '1100' })).status).toBe(200);
    expect((await ask(behind, { 'Max-Staleness': '1099' })).body.code).toBe('too-stale');
    expect((await ask(path, { 'Wait-For': 'orders/o-1@1;timeout=1' })).status).toBe(503);
  });

  it('is 503 to whoever sees something else', async () => {
    await ask(path);
    stop();
    expect((await ask(path, { 'X-Customer': 'c-1' })).status).toBe(503);
    expect((await ask(path, { 'X-Without': 'customers:pii' })).status).toBe(503);
    expect((await ask(path)).status).toBe(200);
  });

  it('is refused as ever for what is no outage', async () => {
    await ask(path);
    failure = new NotReady('There is no index.');
    expect((await ask(path)).body.code).toBe('not-ready');
    failure = new Error('a fault');
    expect((await ask(path)).body.code).toBe('internal');
  });
});

describe('while a store is down', () => {
  it('nothing is told of customers that was known of them', async () => {
    await ask('/v1/customers');
    stop();
    expect(await ask('/v1/customers')).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
  });

  it('what is answered all the same is counted', async () => {
    await ask('/v1/products');
    stop();
    await ask('/v1/products');
    await ask('/v1/customers/c-2/orders');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('api_degraded_answers_total{source="recent answers"} 1');
    expect(metrics).toContain('api_degraded_answers_total{source="recent orders"} 1');
    expect(metrics).toMatch(/^api_recent_answers 1$/m);
  });
});
