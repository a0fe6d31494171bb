/** The API as it is composed for production, over real servers. */
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { composeApi } from '../../../api/composition/api.js';
import { apiSettings } from '../../../api/composition/settings.js';
import type { Freshness } from '../../../api/ports/freshness.js';
import type { StoredRecord } from '../../../api/readers/mongodb/database.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { readSettings } from '../../../runtime/settings.js';
import {
  databaseOf,
  documentsCollection,
  documentsIndex,
  positionsCollection,
  REGISTRY_COLLECTION,
} from '../../../runtime/storage/names.js';
import type { PositionRecord, RegistryRecord } from '../../../runtime/storage/records.js';
import { elasticsearchProxy } from '../../fault-proxy/elasticsearch.js';
import { customer, order } from '../documents.js';
import { servedOf } from '../server.js';

interface Body {
  readonly data: unknown;
  readonly freshness: Freshness;
}

const namespace = `api-compose-${process.pid}`;
const topics = { TOPIC_CUSTOMERS: `${namespace}.c`, TOPIC_PRODUCTS: `${namespace}.p`, TOPIC_ORDERS: `${namespace}.o` };
const settings = readSettings(apiSettings, {
  KAFKA_BROKERS: inject('KAFKA_BROKERS'),
  ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
  MONGODB_URL: inject('MONGODB_URL'),
  ...topics,
  NAMESPACE: namespace,
  API_PORT: '0',
  // No projector is here to make one.
  CURSOR_SECRET: 'a secret of the tests',
  LOG_LEVEL: 'silent',
  FRESHNESS_MAX_AGE_MS: '0',
  FRESHNESS_TIMEOUT_MS: '10000',
});

describe('the composed API', () => {
  const kafka = new Kafka({ brokers: settings.KAFKA_BROKERS, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  const mongo = new MongoClient(settings.MONGODB_URL);
  const db = mongo.db(databaseOf(namespace));
  const elasticsearch = new Client({ node: settings.ELASTICSEARCH_URL });
  const index = documentsIndex({ namespace, generation: 1 }, 'orders', 1);
  const { service } = composeApi(settings);
  let url = '';

  const get = async (path: string) => {
    const response = await fetch(url + path);
    return { status: response.status, body: (await response.json()) as Body };
  };

  beforeAll(async () => {
    url = `http://127.0.0.1:${await service.listen()}`;
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({ waitForLeaders: true, topics: Object.values(topics).map((topic) => ({ topic })) });
  });
  afterAll(async () => {
    await service.stop();
    await admin.deleteTopics({ topics: Object.values(topics) });
    await elasticsearch.indices.delete({ index, ignore_unavailable: true });
    await db.dropDatabase();
    await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close(), elasticsearch.close()]);
  });

  it('is not ready before a generation is served, and before its documents are there', async () => {
    expect(await get('/v1/orders')).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    expect((await get('/health/ready')).status).toBe(503);
    await db.collection<RegistryRecord>(REGISTRY_COLLECTION).insertOne({ ...servedOf().registry });
    await expect.poll(() => get('/health/ready')).toMatchObject({ status: 200 });
    for (const path of ['/v1/orders', '/v1/orders/o-1', '/v1/customers', '/v1/customers/c-1']) {
      expect(await get(path), path).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    }
  });

  it('answers from both stores', async () => {
    const context = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
    await elasticsearch.indices.create({ index, ...(indexBody(views.orders) as object) });
    const document = { ...views.orders.toStored(order('o-1'), context), hidden: false };
    await elasticsearch.index({ index, id: 'o-1', document, version: 7, version_type: 'external', refresh: true });
    await db.collection<StoredRecord>(documentsCollection(1, 'customers', 1)).insertOne({
      _id: 'c-1',
      ticket: 7,
      hidden: false,
      ...views.customers.toStored(customer('c-1'), context),
    });
    expect((await get('/v1/orders?q=o-1')).body.data).toEqual([order('o-1')]);
    expect((await get('/v1/orders/o-1')).body.data).toEqual(order('o-1'));
    expect((await get('/v1/customers/c-1')).body.data).toEqual(customer('c-1'));
    expect((await get('/v1/customers/c-1/orders')).body.data).toEqual([order('o-1')]);
  });

  it('tells how far the documents are behind', async () => {
    expect((await get('/v1/orders')).body.freshness).toMatchObject({ lagEvents: 0, lagMs: 0 });
    const timestamp = String(Date.now() - 60_000);
    const messages = [1, 2, 3].map((n) => ({ key: `${n}`, value: 'x', partition: 0, timestamp }));
    await producer.send({ topic: topics.TOPIC_ORDERS, messages });
    const behind = (await get('/v1/orders')).body.freshness;
    expect(behind.lagEvents).toBe(3);
    // The records say that they were appended a minute ago; watching the log says when they were first seen.
    expect(behind.lagMs).toBeGreaterThan(0);
    const position = { topic: topics.TOPIC_ORDERS, partition: 0, updatedAt: new Date() };
    await db
      .collection<PositionRecord>(positionsCollection(1))
      .insertOne({ _id: `${topics.TOPIC_ORDERS}/0`, next: 3, ...position });
    expect((await get('/v1/orders')).body.freshness).toMatchObject({ lagEvents: 0, lagMs: 0 });
  });

  it('is ready, and answers lists as they were, while Elasticsearch is away', async () => {
    const proxy = await elasticsearchProxy(settings.ELASTICSEARCH_URL);
    const { service: degraded } = composeApi({ ...settings, ELASTICSEARCH_URL: proxy.url, DRAIN_GRACE_MS: 0 });
    const own = `http://127.0.0.1:${await degraded.listen()}`;
    const ask = async (path: string, headers = {}) => {
      const response = await fetch(own + path, { headers });
      return { status: response.status, body: (await response.json()) as Body };
    };
    const before = await ask('/v1/orders');
    expect(before.body.data).toEqual([order('o-1')]);
    await proxy.stop();
    expect(await ask('/v1/orders')).toMatchObject({
      status: 200,
      body: { data: before.body.data, degraded: true, freshness: { asOf: before.body.freshness.asOf } },
    });
    expect(await ask('/v1/orders', { 'Max-Staleness': '0' })).toMatchObject({
      status: 503,
      body: { code: 'too-stale' },
    });
    expect(await ask('/v1/orders?size=1')).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { degraded: ['elasticsearch'] } });
    await degraded.stop();
  });

  it('answers as before while Kafka, which only freshness needs, is away', async () => {
    const away = composeApi({ ...settings, KAFKA_BROKERS: ['127.0.0.1:1'], FRESHNESS_TIMEOUT_MS: 100 });
    const port = await away.service.listen();
    const response = await fetch(`http://127.0.0.1:${port}/v1/orders/o-1`);
    expect(await response.json()).toMatchObject({
      data: { orderId: 'o-1' },
      freshness: { lagEvents: null, lagMs: null },
    });
    await away.service.stop();
  });
});
