/** The largest that the contract permits is projected; what a store refuses all the same is loud, and can be tried again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { documentsIndex, REGISTRY_COLLECTION, ticketsCollection } from '../../runtime/storage/names.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { created, event, placed, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

/** Commands are processes of their own. */
const TIMEOUT_MS = 300_000;
const NAME = '手'.repeat(8_000);

const system = systemFor('refusal');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector();
  answers = await system().startApi();
  await system().publisher.publish([registered('c-1', '王芳'), registered('c-2', '李娜'), created('p-1', NAME)]);
  await answers.caughtUp();
});

const freshness = async () => (await answers.list('customers?size=1')).freshness;
const metric = async () => {
  const text = await (await fetch(`${projector.admin}/metrics`)).text();
  return /^projector_refused_documents (\d+)$/m.exec(text)?.[1];
};

describe('an order with 1,000 lines of a product whose name has 8,000 characters', () => {
  it(
    'is counted and shown, and its customer shows the first of its lines, renamed with the product',
    async () => {
      const ordered = Array.from({ length: 1_000 }, (_, i) => ({
        ...{ lineId: String(i), productId: 'p-1', quantity: 1, unitPrice: 1 },
      }));
      await system().publisher.publish([
        event('order.placed', 'o-large', 1, { customerId: 'c-1', currency: 'CNY', lines: ordered }),
      ]);
      await answers.caughtUp();
      const shown = { orderId: 'o-large', lineCount: 1_000, total: 1_000 };
      expect(await answers.document('customers', 'c-1')).toMatchObject({ orderCount: 1, recentOrders: [shown] });
      const renamed = '新'.repeat(8_000);
      await system().publisher.publish([event('product.updated', 'p-1', 2, { name: renamed })]);
      await answers.caughtUp();
      const lines = (count: number) => Array.from({ length: count }, () => expect.objectContaining({ name: renamed }));
      expect(await answers.document('customers', 'c-1')).toMatchObject({
        recentOrders: [{ ...shown, lines: lines(20) }],
      });
      expect(await answers.document('orders', 'o-large')).toMatchObject({ lines: lines(1_000) });
      expect(await freshness()).toMatchObject({ lagEvents: 0, refused: 0 });
    },
    TIMEOUT_MS,
  );
});

describe('a document that its store refuses', () => {
  it(
    'is told of everywhere, until it is written',
    async () => {
      const { elasticsearch, namespace } = system().servers;
      const index = documentsIndex({ namespace, generation: 1 }, 'orders', 1);
      const { [index]: kept } = await elasticsearch.indices.get({ index });
      const { city, ...properties } = kept?.mappings?.properties ?? {};
      const { analysis } = kept?.settings?.index ?? {};
      await elasticsearch.indices.delete({ index });
      await elasticsearch.indices.create({
        index,
        settings: analysis === undefined ? {} : { analysis },
        mappings: { dynamic: 'strict', properties },
        ...(kept?.aliases === undefined ? {} : { aliases: kept.aliases }),
      });
      await system().publisher.publish([placed('o-refused', 'c-2', 'p-9')]);
      await answers.caughtUp();
      expect(await answers.document('customers', 'c-2')).toMatchObject({ orderCount: 1 });
      await until('the refusal in the freshness', async () => (await freshness()).refused === 1);
      await until('the refusal in the metrics', async () => (await metric()) === '1');
      expect((await freshness()).lagEvents).toBe(0);
      expect(system().timesSaid('a store refuses documents for good')).toBeGreaterThan(0);
      expect(await system().operateJson('status')).toMatchObject({ generations: [{ refused: 1 }] });
      const listed = {
        document: 'orders/o-refused',
        reason: expect.stringContaining('strict_dynamic_mapping_exception'),
      };
      expect(await system().operateJson('refused')).toEqual([expect.objectContaining(listed)]);
      expect(await system().operateJson('refused', 'show', 'orders/o-refused')).toMatchObject({
        ...{ ...listed, generation: 1, storedTicket: null, bytes: expect.any(Number) },
      });

      const refreshed = await system().operate('refresh', '--order', 'o-refused');
      expect(refreshed).toMatchObject({ code: 1, stderr: expect.stringContaining('orders/o-refused (strict_dynamic') });
      const verified = await system().operate('--json', 'verify', '--view', 'orders');
      expect(verified.code).toBe(4);
      expect(JSON.parse(verified.stdout)).toMatchObject({ refused: 1 });
      const retried = await system().operate('--json', 'refused', 'retry', '--all');
      expect(retried.code).toBe(4);
      expect(JSON.parse(retried.stdout)).toMatchObject({ retried: 1, refused: 1, left: [listed] });

      await elasticsearch.indices.putMapping({ index, properties: { ...(city === undefined ? {} : { city }) } });
      expect(await system().operateJson('refused', 'retry', 'orders/o-refused')).toMatchObject({
        retried: 1,
        refused: 0,
      });
      expect(await answers.document('orders', 'o-refused')).toMatchObject({ orderId: 'o-refused' });
      expect(await system().operateJson('refused')).toEqual([]);
      await until('nothing refused in the freshness', async () => (await freshness()).refused === 0);
      await until('nothing refused in the metrics', async () => (await metric()) === '0');
    },
    TIMEOUT_MS,
  );
});

describe('another version of the program', () => {
  it(
    'writes nothing to a generation, neither by a command nor by a process that still runs',
    async () => {
      const { db } = system().servers;
      const before = await answers.document('customers', 'c-1');
      const counters = db.collection<{ _id: string; shape: string }>(ticketsCollection(1));
      // The generation was made anew under its number by a version that declares the views otherwise.
      await counters.updateOne({ _id: 'ticket' }, { $set: { shape: 'another' } });
      const late = await system().operate('refresh', '--customer', 'c-1');
      expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('has documents of another shape') });
      await system().publisher.publish([event('customer.updated', 'c-1', 2, { name: '别名' })]);
      await until('the projector to stop', async () => system().timesSaid('has documents of another shape') > 0);

      const registry = db.collection<RegistryRecord>(REGISTRY_COLLECTION);
      await registry.updateOne({ _id: 'registry' }, { $set: { 'generations.0.definitions.orders': 'another' } });
      for (const command of [
        ['refresh', '--customer', 'c-1'],
        ['verify', '--repair'],
        ['quarantine', 'redrive', '--all'],
      ]) {
        const { code, stderr } = await system().operate(...command);
        expect({ code, stderr }, command.join(' ')).toEqual({
          code: 3,
          stderr: expect.stringContaining('this version of the program declares orders otherwise'),
        });
      }
      expect(await answers.document('customers', 'c-1')).toEqual(before);
    },
    TIMEOUT_MS,
  );
});
