/**
 * The largest and oddest that the contract permits is taken by the real stores: events go through the pipeline, and all
 * that it would store (states, sums, documents) is written to the servers. Whatever the indexes declare, none is refused.
 */
import { describe, expect, it } from 'vitest';
import type { StoredDocument, ViewName } from '../../../mappings/contract.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { aggregates, rollups, views } from '../../../mappings/registry.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import { documentStoreByView } from '../../../projector/composition/by-view.js';
import { storedForm } from '../../../projector/pipeline/bounded-merge.js';
import { derive } from '../../../projector/pipeline/derive.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { ElasticsearchDocumentStore } from '../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../projector/stores/elasticsearch/generation-storage.js';
import { MongoAggregateStore } from '../../../projector/stores/mongodb/aggregate-store.js';
import { MongoDocumentStore } from '../../../projector/stores/mongodb/documents.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { RefusedDocuments } from '../../../projector/stores/mongodb/refused.js';
import { MongoRollupStore } from '../../../projector/stores/mongodb/rollup-store.js';
import { liveProjection } from '../../memory/projection.js';
import type { PublishedEvent, Topic } from '../../recomputation-documents.js';
import { generationsFor } from './generations.js';

const TIMEOUT_MS = 300_000;
const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const NOW = Date.UTC(2026, 10, 21);
const CHARACTERS = 8_000;
const ID_CHARACTERS = 128;

/** Of four bytes; of three that fold into many more; of two that become three in lower case; JSON writes it with six bytes. */
const ODD_CHARACTERS = ['𠀀', '手', 'ﷺ', 'İ', 'ŉ', 'ΐ', '\u0001', '\\', '👩‍👩‍👧‍👦', '$.', 'ｶﾞ'] as const;

const open = generationsFor('legal-extremes', async ({ db, elasticsearch, namespace }, record) => {
  await new MongoGenerationStorage(db).create(record);
  await new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record);
});

let written = 0;
function event(type: string, subject: string, data: object, time = '2026-11-20T10:00:00.000Z'): PublishedEvent {
  written += 1;
  const topic = `${type.split('.')[0]}s` as Topic;
  return { topic, event: { id: `e-${written}`, type, subject, time, sequence: String(written), data } };
}

/** As many characters as a text may have. */
function filled(pattern: string, characters = CHARACTERS): string {
  return [...pattern.repeat(characters)].slice(0, characters).join('');
}

const longId = (i: number) => filled('𠀀', ID_CHARACTERS - 6) + String(i).padStart(6, '0');

/**
 * Everything that the events lead to, written to a new generation on the servers. @returns what was refused. With a limit
 * of states, some of the events do not fit; without, all of them do.
 */
async function stored(events: readonly PublishedEvent[], stateBytesMax?: number) {
  const { servers, number } = await open();
  const { db, elasticsearch, namespace } = servers;
  const world = liveProjection({
    now: NOW,
    settings: SETTINGS,
    ...(stateBytesMax === undefined ? {} : { stateBytesMax }),
  });
  await world.run(events, { batch: 500, workers: 1 });
  const reasons = new Set([...world.quarantine.records.values()].map(({ reason }) => reason));
  expect([...reasons]).toEqual(stateBytesMax === undefined ? [] : ['state-too-large']);

  const states = new MongoAggregateStore(db, number);
  for (const name of Object.keys(aggregates) as AggregateName[]) {
    const ids = [...world.aggregates.records[name].keys()];
    const records = await world.aggregates.read(name, ids);
    await states.write(
      name,
      [...records].map(([id, { state }]) => ({ id, expected: 0, ...storedForm(derive(name, id, state, SETTINGS)) })),
    );
  }
  const sums = new MongoRollupStore(db, number);
  for (const name of Object.keys(rollups) as RollupName[]) {
    const summaries = world.rollups.groups(name).map((group) => ({
      group,
      summary: JSON.parse(world.rollups.copy(name, group)?.summary ?? ''),
    }));
    await sums.write(name, 1 as Ticket, summaries);
  }
  const refused: string[] = [];
  const refusals = new RefusedDocuments(db, number, (documents) => {
    refused.push(...documents.map(({ target, id, reason }) => `${target.view}/${id.slice(-6)}: ${reason}`));
  });
  const documents = documentStoreByView({
    elasticsearch: new ElasticsearchDocumentStore(elasticsearch, { namespace, generation: number }, refusals),
    mongodb: new MongoDocumentStore(db, number, refusals),
  });
  const visible = new Map<ViewName, ReadonlyMap<string, StoredDocument>>();
  for (const { name } of Object.values(views)) {
    const target = { view: name, revision: 1 };
    const all = world.documents.visible(target);
    visible.set(name, all);
    await documents.publish(
      target,
      1 as Ticket,
      [...all].map(([id, document]) => ({ id, stored: document })),
    );
  }
  const texts = Object.values(world.aggregates.records).flatMap((all) => [...all.values()].map(({ state }) => state));
  return { refused, visible, bytes: Math.max(...texts.map((text) => Buffer.byteLength(text))) };
}

describe('the stores take', () => {
  it.each(ODD_CHARACTERS)('%j, 8,000 times in every text', { timeout: TIMEOUT_MS }, async (character) => {
    const text = filled(character);
    const half = filled(character, 3_999);
    const person = { level: text, city: text, email: text, phone: text };
    const lines = [{ lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 1 }];
    const { refused, visible } = await stored([
      event('customer.registered', 'c-1', { name: text, ...person }),
      event('customer.registered.v1', 'c-2', { firstName: half, lastName: half, ...person }),
      event('product.created', 'p-1', {
        ...{ name: text, category: text, brand: text, description: text, tags: [text, text], price: 1, currency: text },
      }),
      event('order.placed', 'o-1', { customerId: 'c-1', currency: text, lines, city: text }),
      event('order.placed', 'o-2', { customerId: 'c-2', currency: text, lines, city: text }),
      event('order.paid', 'o-1', { method: text }),
      event('order.shipped', 'o-1', { carrier: text, trackingNo: text }),
      event('order.cancelled', 'o-2', { reason: text }),
    ]);
    expect(refused).toEqual([]);
    expect([...visible.values()].map(({ size }) => size).sort()).toEqual([1, 2, 2]);
  });

  it('10,000 tags, and times at both ends', { timeout: TIMEOUT_MS }, async () => {
    const tags = Array.from({ length: 10_000 }, (_, i) => `标签 ${i} ${'x'.repeat(60)}`);
    const product = { name: '手机', category: 'phones', price: Number.MAX_SAFE_INTEGER, currency: 'CNY', tags };
    const line = {
      lineId: '1',
      productId: 'p-1',
      quantity: Number.MAX_SAFE_INTEGER,
      unitPrice: Number.MAX_SAFE_INTEGER,
    };
    const order = { customerId: 'c-1', currency: 'CNY', lines: [line] };
    const { refused } = await stored([
      event('customer.registered', 'c-1', { name: '王芳' }, '0000-01-01T00:00:00.000Z'),
      event('product.created', 'p-1', product, '9999-12-31T23:59:59.999Z'),
      event('order.placed', 'o-1', order, '0000-01-01T00:00:00.000Z'),
      event('order.placed', 'o-2', order, '9999-12-31T23:59:59.999Z'),
      event('order.paid', 'o-2', {}, '9999-12-31T23:59:59.999Z'),
    ]);
    expect(refused).toEqual([]);
  });

  it('20 orders of 1,000 lines, their ids and currencies as long as may be', { timeout: TIMEOUT_MS }, async () => {
    const products = Array.from({ length: 400 }, (_, i) => longId(i));
    const orders = Array.from({ length: 20 }, (_, order) => {
      const lines = Array.from({ length: 1_000 }, (_, i) => ({
        ...{ lineId: longId(i), productId: products[(order * 20 + i) % 400] ?? '', quantity: 1, unitPrice: 1 },
      }));
      const id = longId(1_000 + order);
      const currency = `${filled('币', CHARACTERS - 6)}${longId(order).slice(-6)}`;
      return [event('order.placed', id, { customerId: longId(0), currency, lines }), event('order.paid', id, {})];
    });
    // Names in the orders would make them 32 MB each: one such is in the next test.
    const { refused, visible } = await stored([
      event('customer.registered', longId(0), { name: filled('𠀀') }),
      ...orders.flat(),
    ]);
    expect(refused).toEqual([]);
    const [customer] = visible.get('customers')?.values() ?? [];
    expect(customer).toMatchObject({ orderCount: 20 });
    expect(visible.get('orders')?.size).toBe(20);
  });

  it('an order of 1,000 lines whose names have 8,000 characters of four bytes', { timeout: TIMEOUT_MS }, async () => {
    const products = Array.from({ length: 20 }, (_, i) => longId(i));
    const lines = Array.from({ length: 1_000 }, (_, i) => ({
      ...{ lineId: longId(i), productId: products[i % 20] ?? '', quantity: 1, unitPrice: 1 },
    }));
    const { refused, visible } = await stored([
      event('customer.registered', 'c-1', { name: '王芳' }),
      ...products.map((id) =>
        event('product.created', id, { name: filled('𠀀'), category: 'x', price: 1, currency: 'CNY' }),
      ),
      event('order.placed', 'o-1', { customerId: 'c-1', currency: 'CNY', lines }),
    ]);
    expect(refused).toEqual([]);
    const [customer] = visible.get('customers')?.values() ?? [];
    expect(customer).toMatchObject({ recentOrders: [{ lineCount: 1_000 }] });
  });

  it('a customer whose 20 newest orders show 400 names of 8,000 characters of four bytes', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const products = Array.from({ length: 400 }, (_, i) => `p-${i}`);
    const orders = Array.from({ length: 20 }, (_, order) =>
      event('order.placed', `o-${order}`, {
        ...{ customerId: 'c-1', currency: filled('币') },
        lines: products.slice(order * 20, order * 20 + 20).map((productId, i) => ({
          ...{ lineId: String(i), productId, quantity: 1, unitPrice: 1 },
        })),
      }),
    );
    const { refused, visible } = await stored([
      event('customer.registered', 'c-1', { name: filled('𠀀') }),
      ...products.map((id) =>
        event('product.created', id, { name: filled('𠀀'), category: 'x', price: 1, currency: 'CNY' }),
      ),
      ...orders,
    ]);
    expect(refused).toEqual([]);
    const [customer] = visible.get('customers')?.values() ?? [];
    expect(Buffer.byteLength(JSON.stringify(customer))).toBeGreaterThan(12 * 1024 * 1024);
  });

  it('an order whose state is as large as any limit permits, with all that stands beside it', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const lines = (from: number) =>
      Array.from({ length: 1_000 }, (_, i) => ({
        ...{ lineId: longId(i), productId: longId(from + i), quantity: 1, unitPrice: Number.MAX_SAFE_INTEGER },
      }));
    const returns = Array.from({ length: 24 }, (_, r) =>
      event('order.returned', 'o-1', {
        returnId: longId(r),
        lines: Array.from({ length: 1_000 }, (_, i) => ({ lineId: longId(r * 1_000 + i), quantity: 1 })),
      }),
    );
    const small = Array.from({ length: 600 }, (_, r) =>
      event('order.returned', 'o-1', { returnId: longId(100_000 + r), lines: [{ lineId: longId(r), quantity: 1 }] }),
    );
    const stateBytesMax = 12 * 1024 * 1024;
    const order = { customerId: longId(0), currency: filled('\u0001'), lines: lines(0) };
    const { refused, bytes } = await stored(
      [event('order.placed', 'o-1', order), event('order.paid', 'o-1', {}), ...returns, ...small],
      stateBytesMax,
    );
    expect(refused).toEqual([]);
    expect(bytes).toBeGreaterThan(stateBytesMax - 600_000);
    expect(bytes).toBeLessThanOrEqual(stateBytesMax);
  });
});
