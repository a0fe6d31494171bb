/** The API as it is composed for production, over real servers, asked at random by its own description. */
import { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { composeApi } from '../../../api/composition/api.js';
import { apiSettings } from '../../../api/composition/settings.js';
import type { StoredRecord } from '../../../api/readers/mongodb/database.js';
import type { View, ViewName } from '../../../mappings/contract.js';
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
import { customer, order, product } from '../documents.js';
import { ask, targetOf } from '../openapi/asked.js';
import { Conformance } from '../openapi/conformance.js';
import { described, operationsOf } from '../openapi/described.js';
import { requestsTo } from '../openapi/requests.js';
import { servedOf } from '../server.js';

const REQUESTS_PER_PATH = 80;

const namespace = `api-openapi-${process.pid}`;
const settings = readSettings(apiSettings, {
  KAFKA_BROKERS: inject('KAFKA_BROKERS'),
  ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
  MONGODB_URL: inject('MONGODB_URL'),
  NAMESPACE: namespace,
  API_PORT: '0',
  CURSOR_SECRET: 'a secret of the tests',
  LOG_LEVEL: 'silent',
  RATE_LIMIT_POINTS: '0',
});

const documents: { readonly [Name in ViewName]: readonly object[] } = {
  orders: [order('o-1001', { city: '上海' }), order('a/b%', { status: 'cancelled' }), order('王')],
  products: [product('p-3', { name: '苹果手机 Phone', tags: ['5G'] }), product('__proto__')],
  customers: [customer('c-7', { name: '王芳', city: '上海' }), customer('c/2')],
};

describe('the composed API, asked at random by its description', () => {
  const mongo = new MongoClient(settings.MONGODB_URL);
  const db = mongo.db(databaseOf(namespace));
  const elasticsearch = new Client({ node: settings.ELASTICSEARCH_URL });
  const { service } = composeApi(settings);
  let url = '';

  async function fill(view: View): Promise<void> {
    for (const document of documents[view.name]) {
      const id = String(Reflect.get(document, view.queries.id.name));
      const stored = view.toStored(document, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' });
      if (view.storage.store === 'mongodb') {
        const collection = db.collection<StoredRecord>(documentsCollection(1, view.name, 1));
        await collection.insertOne({ _id: id, ticket: 7, hidden: false, ...stored });
      } else {
        const place = { index: indexOf(view), id, version: 7, version_type: 'external', refresh: true } as const;
        await elasticsearch.index({ ...place, document: { ...stored, hidden: false } });
      }
    }
  }

  beforeAll(async () => {
    url = `http://127.0.0.1:${await service.listen()}`;
    for (const view of Object.values(views)) {
      if (view.storage.store === 'elasticsearch') {
        await elasticsearch.indices.create({ index: indexOf(view), ...(indexBody(view) as object) });
      }
      await fill(view);
    }
    await db.collection<RegistryRecord>(REGISTRY_COLLECTION).insertOne({ ...servedOf().registry });
    await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), { timeout: 30_000 });
  });
  afterAll(async () => {
    await service.stop();
    const indexes = Object.values(views).flatMap((view) =>
      view.storage.store === 'elasticsearch' ? [indexOf(view)] : [],
    );
    await elasticsearch.indices.delete({ index: indexes, ignore_unavailable: true });
    await db.dropDatabase();
    await Promise.all([mongo.close(), elasticsearch.close()]);
  });

  it.each(operationsOf(described))('answers $path as described', async (operation) => {
    // Kafka has no such topics, so that nobody knows how old the documents are.
    const conformance = new Conformance(described, ['too-stale']);
    const known = { ids: ['o-1001', 'a/b%', '王', 'p-3', '__proto__', 'c-7', 'c/2'] };
    await fc.assert(
      fc.asyncProperty(requestsTo(operation, known), async (request) => {
        const answer = await ask(url, request);
        expect(conformance.problems(request, answer), `${request.method} ${targetOf(request)}`).toEqual([]);
      }),
      { numRuns: REQUESTS_PER_PATH },
    );
  });
});

function indexOf(view: View): string {
  return documentsIndex({ namespace, generation: 1 }, view.name, 1);
}
