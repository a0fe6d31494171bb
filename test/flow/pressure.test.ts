/** A slow, silent or dead Elasticsearch, and more requests than can be answered: what callers notice of it. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { composeApi } from '../../api/composition/api.js';
import { apiSettings } from '../../api/composition/settings.js';
import type { StoredRecord } from '../../api/readers/mongodb/database.js';
import { views } from '../../mappings/registry.js';
import { indexBody } from '../../mappings/views/elasticsearch-index.js';
import { readSettings } from '../../runtime/settings.js';
import { documentsCollection, documentsIndex, REGISTRY_COLLECTION } from '../../runtime/storage/names.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { customer, order } from '../api/documents.js';
import { servedOf } from '../api/server.js';
import { type SlowElasticsearch, slowElasticsearch } from '../fault-proxy/slow-elasticsearch.js';
import { openNamespace, type RealServers } from '../real-servers.js';
import { until } from '../until.js';

const STORE_TIMEOUT_MS = 2_000;
const CONCURRENCY_MAX = 8;
/** What nobody has to wait for is there by then, however busy the machine is; well below STORE_TIMEOUT_MS. */
const SOON_MS = 1_900;

interface Timed {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  readonly body: any;
  readonly ms: number;
}

let servers: RealServers;
let proxy: SlowElasticsearch;
let url: string;
let stop: () => Promise<void>;

async function get(path: string, signal?: AbortSignal): Promise<Timed> {
  const begun = performance.now();
  const response = await fetch(url + path, signal === undefined ? {} : { signal });
  const body = await response.json();
  return { status: response.status, body, ms: performance.now() - begun };
}

const recent = { orderId: 'o-1', status: 'paid', placedAt: '2026-11-01T00:00:00.000Z', currency: 'CNY', total: 7 };
const recentOrders = [{ ...recent, itemCount: 1, lineCount: 0, lines: [] }] as never;

beforeAll(async () => {
  servers = await openNamespace('flow-pressure');
  proxy = await slowElasticsearch(inject('ELASTICSEARCH_URL'));
  const { namespace, db, elasticsearch } = servers;
  const settings = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
  await db.collection<RegistryRecord>(REGISTRY_COLLECTION).insertOne({ ...servedOf().registry });
  await db.collection<StoredRecord>(documentsCollection(1, 'customers', 1)).insertOne({
    _id: 'c-1',
    ticket: 1,
    hidden: false,
    ...views.customers.toStored(customer('c-1', { orderCount: 1, recentOrders }), settings),
  });
  const index = documentsIndex({ namespace, generation: 1 }, 'orders', 1);
  await elasticsearch.indices.create({ index, ...(indexBody(views.orders) as object) });
  const document = { ...views.orders.toStored(order('o-1'), settings), hidden: false };
  await elasticsearch.index({ index, id: 'o-1', document, version: 1, version_type: 'external', refresh: true });
  const api = composeApi(
    readSettings(apiSettings, {
      KAFKA_BROKERS: inject('KAFKA_BROKERS'),
      ELASTICSEARCH_URL: proxy.url,
      MONGODB_URL: inject('MONGODB_URL'),
      NAMESPACE: namespace,
      API_PORT: '0',
      // No projector is here to make one.
      CURSOR_SECRET: 'a secret of the tests',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_POINTS: '0',
      STORE_TIMEOUT_MS: String(STORE_TIMEOUT_MS),
      STORE_CONCURRENCY_MAX: String(CONCURRENCY_MAX),
      STORE_QUEUE_MAX: String(2 * CONCURRENCY_MAX),
      // What is refused is to be seen here, not what is answered as it was a moment ago.
      RECENT_ANSWERS_MS: '0',
    }),
  );
  url = `http://127.0.0.1:${await api.service.listen()}`;
  stop = () => api.service.stop();
});
afterEach(async () => {
  proxy.mood = { kind: 'answers', afterMs: 0 };
  await until('Elasticsearch is asked again', async () => (await get('/v1/orders')).status === 200);
  // Health looks at Elasticsearch, too, and its question may be held for longer than the test that caused it.
  await until('Elasticsearch holds nothing any more', async () => proxy.waiting() === 0);
});
afterAll(async () => {
  await stop();
  await proxy.stop();
  await servers.remove();
});

/** Asks for orders from all sides until it is told to stop. @returns what came back. */
function flood(clients: number): () => Promise<Timed[]> {
  let isOver = false;
  const answers: Timed[] = [];
  const working = Array.from({ length: clients }, async () => {
    while (!isOver) answers.push(await get('/v1/orders'));
  });
  return async () => {
    isOver = true;
    await Promise.all(working);
    return answers;
  };
}

describe.each<[string, SlowElasticsearch['mood']]>([
  ['silent', { kind: 'silent' }],
  ['gone', { kind: 'gone' }],
  ['too slow', { kind: 'answers', afterMs: 2 * STORE_TIMEOUT_MS }],
])('while Elasticsearch is %s', (_, mood) => {
  it("customers' documents are answered as ever, and their orders out of them", async () => {
    proxy.mood = mood;
    const end = flood(30);
    await until('a question without an answer', async () => proxy.waiting() > 0 || mood.kind === 'gone');
    // From the first failures on, over the opening of the circuit, to trials of whether it is back.
    const enough = performance.now() + 3 * STORE_TIMEOUT_MS;
    while (performance.now() < enough) {
      for (const path of ['/v1/customers/c-1', '/v1/customers']) {
        const { status, ms } = await get(path);
        expect([path, status]).toEqual([path, 200]);
        expect(ms).toBeLessThan(SOON_MS);
      }
      const { status, body } = await get('/v1/customers/c-1/orders');
      expect([status, body.degraded, body.data[0]?.orderId]).toEqual([200, true, 'o-1']);
    }
    const answers = await end();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(new Set(answers.map(({ body }) => body.code))).toContain('store-unavailable');
  });

  it('nobody waits for it once that is known', async () => {
    proxy.mood = mood;
    const end = flood(10);
    await until('an open circuit', async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return /^api_store_circuit\{store="elasticsearch"\} [12]$/m.test(metrics);
    });
    await end();
    for (let i = 0; i < 50; i += 1) {
      const list = await get('/v1/orders');
      expect([list.status, list.body.code]).toEqual([503, 'store-unavailable']);
      expect(list.ms).toBeLessThan(SOON_MS);
      const own = await get('/v1/customers/c-1/orders');
      expect([own.status, own.body.degraded]).toEqual([200, true]);
      expect(own.ms).toBeLessThan(SOON_MS);
    }
  });
});

it('a caller that goes away takes its question back from Elasticsearch', async () => {
  proxy.mood = { kind: 'silent' };
  const before = proxy.abandoned();
  const caller = new AbortController();
  const answer = get('/v1/orders', caller.signal);
  await until('the question', async () => proxy.waiting() === 1);
  const begun = performance.now();
  caller.abort();
  await expect(answer).rejects.toThrow('aborted');
  await until('the connection to Elasticsearch is closed', async () => proxy.waiting() === 0, STORE_TIMEOUT_MS / 2);
  expect(performance.now() - begun).toBeLessThan(STORE_TIMEOUT_MS);
  expect(proxy.abandoned()).toBe(before + 1);
});

describe('twice as many requests as can be answered', () => {
  // Slow enough that neither this process nor a busy machine is what limits it.
  const AFTER_MS = 100;
  const SECONDS = 6;

  it('are answered or refused, and all is well again afterwards', async () => {
    proxy.mood = { kind: 'answers', afterMs: AFTER_MS };
    const capacityPerSecond = (CONCURRENCY_MAX * 1_000) / AFTER_MS;
    const offered = 2 * capacityPerSecond * SECONDS;
    const answers = await Promise.all(
      Array.from({ length: offered }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, (i * 1_000) / (2 * capacityPerSecond)));
        return get('/v1/orders');
      }),
    );
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status, body }) => status === 503 && body.code === 'overloaded');
    // How many of either, and how fast, is for `npm run bench -- pressure` to say.
    expect(answered.length + refused.length).toBe(offered);
    expect(answered.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect((await get('/v1/orders')).status).toBe(200);
  });
});
