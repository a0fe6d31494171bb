/** Many lists of large documents at a time, over real stores: they are refused or have their turn, and others are answered. */
import { request } from 'node:http';
import { Client } from '@elastic/elasticsearch';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { composeApi } from '../../../api/composition/api.js';
import { apiSettings } from '../../../api/composition/settings.js';
import type { StoredRecord } from '../../../api/readers/mongodb/database.js';
import type { View } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { readSettings } from '../../../runtime/settings.js';
import {
  databaseOf,
  documentsCollection,
  documentsIndex,
  REGISTRY_COLLECTION,
} from '../../../runtime/storage/names.js';
import type { RegistryRecord } from '../../../runtime/storage/records.js';
import { customer, order, orderLine } from '../../api/documents.js';
import { servedOf } from '../../api/server.js';

const namespace = `attack-answers-${process.pid}`;
const settings = readSettings(apiSettings, {
  KAFKA_BROKERS: inject('KAFKA_BROKERS'),
  ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
  MONGODB_URL: inject('MONGODB_URL'),
  NAMESPACE: namespace,
  API_PORT: '0',
  LOG_LEVEL: 'silent',
  CURSOR_SECRET: 'a secret of this test, long enough for cursors',
  // What this is about is bytes: how long the store may take for so many of them depends on the machine.
  STORE_TIMEOUT_MS: '60000',
  ANSWER_BYTES_MAX: '16777216',
  ANSWERS_BYTES_IN_FLIGHT_MAX: '67108864',
});
const { service } = composeApi(settings);
const mongo = new MongoClient(settings.MONGODB_URL);
const elasticsearch = new Client({ node: settings.ELASTICSEARCH_URL });
const index = documentsIndex({ namespace, generation: 1 }, 'orders', 1);
const storedAs = (view: View, document: unknown) =>
  view.toStored(document, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' });
let url = '';

async function get(path: string) {
  const response = await fetch(url + path);
  const text = await response.text();
  return { status: response.status, bytes: text.length, body: JSON.parse(text) };
}

/** Where access is open, callers are told apart by their addresses. */
function statusFrom(localAddress: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url + path, { localAddress }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}

beforeAll(async () => {
  url = `http://127.0.0.1:${await service.listen()}`;
  const db = mongo.db(databaseOf(namespace));
  await db.collection<RegistryRecord>(REGISTRY_COLLECTION).insertOne({ ...servedOf().registry });
  await elasticsearch.indices.create({ index, ...(indexBody(views.orders) as object) });
  // A hundred of 180 KB: 18 MB.
  const lines = Array.from({ length: 750 }, (_, i) => orderLine({ lineId: `${i}`, name: `Thing ${'x '.repeat(40)}` }));
  for (let from = 0; from < 100; from += 20) {
    const ids = Array.from({ length: 20 }, (_, i) => `o-${from + i}`);
    const operations = ids.flatMap((id) => [
      { index: { _index: index, _id: id } },
      { ...storedAs(views.orders, order(id, { lines })), hidden: false },
    ]);
    const { errors } = await elasticsearch.bulk({ operations, refresh: true });
    expect(errors).toBe(false);
  }
  const customers = Array.from({ length: 30 }, (_, i) => {
    const recentOrders = Array.from({ length: 20 }, () => ({
      ...{ orderId: 'o', status: 'paid', placedAt: '2026-11-01T10:00:00.000Z', currency: 'CNY', total: 1 },
      ...{
        itemCount: 1,
        lineCount: 1,
        lines: [{ productId: 'p', name: 'x'.repeat(35_000), quantity: 1, unitPrice: 1 }],
      },
    }));
    const document = storedAs(views.customers, { ...customer(`c-${i}`), recentOrders });
    return { _id: `c-${i}`, ticket: 1, hidden: false, ...document };
  });
  for (const one of customers) {
    await db.collection<StoredRecord>(documentsCollection(1, 'customers', 1)).insertOne(one);
  }
});
afterAll(async () => {
  await service.stop();
  await elasticsearch.indices.delete({ index, ignore_unavailable: true });
  await mongo.db(databaseOf(namespace)).dropDatabase();
  await Promise.all([mongo.close(), elasticsearch.close()]);
});

it('refuses what is too large, says how to ask, and leaves the stores alone', async () => {
  await expect.poll(async () => (await get('/v1/orders?size=1&fields=status')).status).toBe(200);
  const paths = ['/v1/orders?size=100', '/v1/customers?size=30&fields=recentOrders'];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => get(paths[i % 2] ?? '')));
  expect(answers.filter(({ body }) => body.code === 'answer-too-large').length).toBeGreaterThanOrEqual(4);
  expect(answers.every(({ body }) => ['answer-too-large', 'overloaded'].includes(body.code))).toBe(true);
  expect((await get('/v1/orders?size=1')).status).toBe(200);
  expect((await get('/v1/customers?size=10&fields=recentOrders')).status).toBe(200);
  expect((await get('/v1/orders?size=100&fields=total,lines.productId')).body.data).toHaveLength(100);
  expect((await get('/health/ready')).body.degraded ?? []).toEqual([]);
});

it('answers large lists in their turn, and the small ones of another caller beside them, within a bounded memory', async () => {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 10);
  const large = Promise.all(Array.from({ length: 20 }, () => get('/v1/orders?size=80')));
  // As many as have a turn beside the other caller's, which hold theirs for long.
  const small = await Promise.all(
    Array.from({ length: 8 }, () => statusFrom('127.0.0.2', '/v1/orders?size=20&fields=status')),
  );
  const answers = await large;
  clearInterval(watch);
  expect(small).toEqual(Array.from({ length: 8 }, () => 200));
  const whole = answers.filter(({ status }) => status === 200);
  expect(whole.length).toBeGreaterThanOrEqual(2);
  for (const { bytes, body } of whole) expect([bytes > 10_000_000, body.data.length]).toEqual([true, 80]);
  for (const { status, body } of answers) if (status !== 200) expect(body.code).toBe('overloaded');
  // This process is the clients' as well: what they have read is in it, too.
  expect(most - before).toBeLessThan(1_500_000_000);
  expect((await get('/v1/orders?size=1')).status).toBe(200);
});

it('reads a document that is larger than it may be, or had room for at first, and goes on', async () => {
  const linesOf = (count: number) =>
    Array.from({ length: count }, (_, i) => orderLine({ lineId: `${i}`, name: 'x'.repeat(30_000) }));
  // 8 MB, and more than any answer may have.
  for (const [id, lines] of [
    ['large', linesOf(270)],
    ['too-large', linesOf(750)],
  ] as const) {
    const document = { ...storedAs(views.orders, order(id, { lines })), hidden: false };
    await elasticsearch.index({ index, id, document, refresh: true });
  }
  const large = await Promise.all([1, 2, 3].map(() => get('/v1/orders/large')));
  expect(large.some(({ status }) => status === 200)).toBe(true);
  for (const { status, body } of large) expect(status === 200 || body.code === 'overloaded').toBe(true);
  const tooLarge = await Promise.all([1, 2, 3].map(() => get('/v1/orders/too-large')));
  expect(tooLarge.some(({ body }) => body.code === 'answer-too-large')).toBe(true);
  expect((await get('/v1/orders?size=1&fields=status')).status).toBe(200);
});
