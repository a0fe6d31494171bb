/** The attack in small on real stores: a name of 8,000 equal characters, and loops of long questions with highlights. */
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { composeApi } from '../../../api/composition/api.js';
import { apiSettings } from '../../../api/composition/settings.js';
import type { StoredRecord } from '../../../api/readers/mongodb/database.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { readSettings } from '../../../runtime/settings.js';
import { documentsCollection, documentsIndex, REGISTRY_COLLECTION } from '../../../runtime/storage/names.js';
import type { RegistryRecord } from '../../../runtime/storage/records.js';
import { customer, order } from '../../api/documents.js';
import { servedOf } from '../../api/server.js';
import { openNamespace, type RealServers } from '../../real-servers.js';
import { until } from '../../until.js';

const LOOPS = 6;
const DOCUMENTS = 30;
const PLAIN_REQUESTS = 5;
/** How long all that takes is not what is asked here, and the machine may be busy. */
const TIMEOUT_MS = 240_000;
/** Two callers on one machine. */
const MALLORY = '127.0.0.2';

const NAMES: Readonly<Record<string, string>> = {
  'one letter': 'a'.repeat(8_000),
  'one Han character': '中'.repeat(8_000),
  'words of one letter': 'a '.repeat(4_000),
};
const QUESTIONS: Readonly<Record<string, string>> = {
  'one letter': 'a'.repeat(200),
  'one Han character': '中'.repeat(200),
  'words of one letter': `${'a-'.repeat(99)}ab`,
};

let servers: RealServers;
let port: number;
let stop: () => Promise<void>;

async function get(path: string, from = '127.0.0.1'): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, localAddress: from, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      })
      .once('error', reject);
  });
}

beforeAll(async () => {
  servers = await openNamespace('attack-expensive');
  const { namespace, db, elasticsearch } = servers;
  const settings = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
  await db.collection<RegistryRecord>(REGISTRY_COLLECTION).insertOne({ ...servedOf().registry });
  const names = Object.values(NAMES);
  const named = Array.from({ length: DOCUMENTS }, (_, i) => names[i % names.length] ?? '');
  await db.collection<StoredRecord>(documentsCollection(1, 'customers', 1)).insertMany(
    named.map((name, i) => ({
      _id: `c-${i}`,
      ticket: 1,
      hidden: false,
      ...views.customers.toStored(customer(`c-${i}`, { name }), settings),
    })),
  );
  const index = documentsIndex({ namespace, generation: 1 }, 'orders', 1);
  await elasticsearch.indices.create({ index, ...(indexBody(views.orders) as object) });
  const operations = named.flatMap((name, i) => {
    const buyer = { customerId: `c-${i}`, name, level: null, city: null, deleted: false };
    const document = { ...views.orders.toStored(order(`o-${i}`, { customer: buyer }), settings), hidden: false };
    return [{ index: { _index: index, _id: `o-${i}` } }, document];
  });
  expect((await elasticsearch.bulk({ operations, refresh: true })).errors).toBe(false);
  const api = composeApi(
    readSettings(apiSettings, {
      KAFKA_BROKERS: inject('KAFKA_BROKERS'),
      ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
      MONGODB_URL: inject('MONGODB_URL'),
      NAMESPACE: namespace,
      API_PORT: '0',
      LOG_LEVEL: 'silent',
      CURSOR_SECRET: 'a secret of this test, long enough for cursors',
      // What is dear is to be answered here, again and again.
      RATE_LIMIT_POINTS: '0',
      RECENT_ANSWERS_MS: '0',
    }),
  );
  port = await api.service.listen();
  stop = () => api.service.stop();
  await until('documents', async () => (await get('/v1/orders?size=1')).status === 200);
});
afterAll(async () => {
  await stop();
  await servers.remove();
});

function flood(q: string): () => Promise<number> {
  let isOver = false;
  let answers = 0;
  const working = Array.from({ length: LOOPS }, async (_, i) => {
    const view = i % 2 === 0 ? 'orders' : 'customers';
    while (!isOver) {
      await get(`/v1/${view}?q=${encodeURIComponent(q)}&highlight=true&size=100`, MALLORY);
      answers += 1;
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(working);
    return answers;
  };
}

describe.each(Object.keys(NAMES))('a name that is 8,000 characters of %s, and six loops that ask for it', (kind) => {
  it(
    'leave the circuits closed and the plain requests of others answered',
    async () => {
      const end = flood(QUESTIONS[kind] ?? '');
      const others: string[] = [];
      for (let i = 0; i < PLAIN_REQUESTS; i += 1) {
        for (const path of ['/v1/orders?size=1', '/v1/orders/o-1', '/v1/customers?size=1', '/v1/customers/c-1']) {
          const { status, text } = await get(path);
          if (status !== 200) others.push(`${path} ${text}`);
        }
      }
      expect(await end()).toBeGreaterThan(0);
      expect(others).toEqual([]);
      const { text } = await get('/metrics');
      expect(text.match(/^api_store_circuit\{.*$/gm)).toEqual([
        'api_store_circuit{store="elasticsearch"} 0',
        'api_store_circuit{store="mongodb"} 0',
      ]);
    },
    TIMEOUT_MS,
  );
});
