/** Documents that somebody else has changed are found and written anew; what is in flight is not taken for them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { documentsCollection, documentsIndex } from '../../runtime/storage/names.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { toMessage } from './publisher.js';
import { created, event, placed, registered } from './shop.js';
import { systemFor } from './system.js';

/** Commands are processes of their own. */
const TIMEOUT_MS = 300_000;

const ORDERS = 120;
const CUSTOMERS = 12;
const PRODUCTS = 6;

const system = systemFor('verify');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector({
    ...{ FAN_OUT_INLINE_MAX: '15', VERIFY_INTERVAL_MS: '1000', VERIFY_PACE: '0' },
    // Jobs that give way to events which never end would keep a comparison waiting for them.
    FAN_OUT_YIELD_MS_MAX: '20',
  });
  answers = await system().startApi();
  await system().publisher.publish([
    ...Array.from({ length: CUSTOMERS }, (_, i) => registered(`c-${i}`, `顾客 ${i}`)),
    ...Array.from({ length: PRODUCTS }, (_, i) => created(`p-${i}`, `手机 ${i}`)),
    ...Array.from({ length: ORDERS }, (_, i) => placed(`o-${i}`, `c-${i % CUSTOMERS}`, `p-${i % PRODUCTS}`)),
  ]);
  await answers.caughtUp();
});

interface Found {
  readonly faults: number;
  readonly undecided: number;
  readonly checked: number;
  readonly findings: readonly {
    readonly name: string;
    readonly listed: readonly { readonly id: string; readonly fault: Readonly<Record<string, unknown>> }[];
    readonly repaired: number;
  }[];
}

async function operate(...arguments_: string[]): Promise<{ code: number; result: unknown }> {
  const { code, stdout, stderr } = await system().operate('--json', ...arguments_);
  expect(stderr).toBe('');
  return { code, result: JSON.parse(stdout) };
}

async function verify(...options: string[]): Promise<{ code: number; result: Found }> {
  return (await operate('verify', ...options)) as { code: number; result: Found };
}

/** By `view/id`. */
function faultsIn({ findings }: Found): Record<string, unknown> {
  return Object.fromEntries(
    findings.flatMap(({ name, listed }) => listed.map(({ id, fault }) => [`${name}/${id}`, fault])),
  );
}

interface Stored {
  _id: string;
  ticket?: number;
  [field: string]: unknown;
}

function customers() {
  return system().servers.db.collection<Stored>(documentsCollection(1, 'customers', 1));
}

function ordersIndex(): string {
  return documentsIndex({ namespace: system().servers.namespace, generation: 1 }, 'orders', 1);
}

describe('verify', () => {
  it(
    'finds exactly what somebody else has changed, and repairs exactly that',
    async () => {
      const { publisher, servers } = system();
      const { elasticsearch } = servers;
      const index = ordersIndex();
      const clean = await verify('--deep');
      expect(clean).toMatchObject({ code: 0, result: { faults: 0, undecided: 0 } });

      await elasticsearch.delete({ index, id: 'o-1' });
      await elasticsearch.update({ index, id: 'o-2', doc: { total: 1, customer: { name: '别人' } } });
      await elasticsearch.index({
        index,
        id: 'o-nobody',
        document: { orderId: 'o-nobody', status: 'paid', hidden: false },
      });
      const pushed = await elasticsearch.get<Stored>({ index, id: 'o-3' });
      await elasticsearch.index({
        ...{ index, id: 'o-3', document: pushed._source },
        ...{ version: 1_000_000_000, version_type: 'external' },
      });
      await customers().deleteOne({ _id: 'c-1' });
      await customers().updateOne({ _id: 'c-2' }, { $set: { orderCount: 99, 'recentOrders.0.total': 1 } });
      await customers().insertOne({ _id: 'c-nobody', customerId: 'c-nobody', hidden: false });
      await customers().updateOne({ _id: 'c-3' }, { $set: { ticket: 2_000_000_000 } });

      const expected = {
        'orders/o-1': { kind: 'missing' },
        'orders/o-2': { kind: 'different', fields: ['customer.name', 'total'] },
        'orders/o-nobody': { kind: 'extra' },
        'orders/o-3': { kind: 'ahead', ticket: 1_000_000_000 },
        'customers/c-1': { kind: 'missing' },
        'customers/c-2': { kind: 'different', fields: ['orderCount', 'recentOrders.0.total'] },
        'customers/c-nobody': { kind: 'extra' },
        'customers/c-3': { kind: 'ahead', ticket: 2_000_000_000 },
      };
      const found = await verify();
      expect(found.code).toBe(4);
      expect(faultsIn(found.result)).toMatchObject(expected);
      expect(Object.keys(faultsIn(found.result)).sort()).toEqual(Object.keys(expected).sort());
      await until('the scheduled check to find it', async () => system().timesSaid('documents have drifted') > 0);

      const repair = await verify('--repair');
      expect(repair.result.findings.map(({ name, repaired }) => [name, repaired])).toEqual([
        ['orders', 4],
        ['products', 0],
        ['customers', 4],
      ]);
      expect(repair).toMatchObject({ code: 0, result: { faults: 0 } });
      expect(await verify('--deep')).toMatchObject({ code: 0, result: { faults: 0, undecided: 0 } });
      await expectConvergence(answers, publisher.events);
      await publisher.publish([
        event('customer.updated', 'c-3', 2, { name: '李娜' }),
        event('order.paid', 'o-3', 2, { method: 'card' }),
      ]);
      await expectConvergence(answers, publisher.events);
    },
    TIMEOUT_MS,
  );

  it(
    'takes nothing in flight for drift while events come all the time',
    async () => {
      const { publisher } = system();
      let working = true;
      const traffic = (async () => {
        for (let sequence = 10; working; sequence += 1) {
          // Events are always waiting, and not ever more of them.
          if (sequence % 10 === 0)
            await until('fewer events to wait', async () => (await answers.waitingEvents()) < 60);
          const orders = Array.from({ length: 8 }, (_, i) => `o-${(8 * sequence + i) % ORDERS}`);
          await publisher.publish([
            // One name in a round: each leads to a job.
            sequence % 2 === 0
              ? event('product.updated', `p-${sequence % PRODUCTS}`, sequence, { name: `手机 ${sequence}` })
              : event('customer.updated', `c-${sequence % CUSTOMERS}`, sequence, { name: `顾客 ${sequence}` }),
            ...orders.map((id) => event('order.paid', id, sequence, { method: 'card' })),
          ]);
        }
      })();
      const found = await verify('--deep');
      working = false;
      await traffic;
      expect(faultsIn(found.result)).toEqual({});
      expect(found.result.faults).toBe(0);
      await expectConvergence(answers, publisher.events);
    },
    TIMEOUT_MS,
  );

  it(
    '--deep finds sums and states that are wrong, and repairs them and what was made of them',
    async () => {
      const { publisher, servers } = system();
      await answers.caughtUp();
      const { db } = servers;
      const months = db.collection<Stored & { summaries: Record<string, string> }>('g1_rollups_customerMonths');
      const chapter = await months.findOne({ owner: 'c-4' });
      const [period = '', summary = ''] = Object.entries(chapter?.summaries ?? {})[0] ?? [];
      const wrong = JSON.stringify({ ...JSON.parse(summary), orders: 1000 });
      await months.updateOne({ _id: chapter?._id ?? '' }, { $set: { [`summaries.${period}`]: wrong } });
      const states = db.collection<Stored & { state: string }>('g1_states_products');
      const product = await states.findOne({ _id: 'p-5' });
      await states.updateOne({ _id: 'p-5' }, { $set: { state: product?.state.replaceAll('Apple', 'Nobody') ?? '' } });
      await db.collection<Stored>('g1_states_customers').deleteOne({ _id: 'c-5' });

      const found = await verify('--deep');
      expect(found.code).toBe(4);
      expect(faultsIn(found.result)).toMatchObject({
        [`rollups/customerMonths/c-4,${period}`]: { kind: 'different', fields: ['orders'] },
        'states/products/p-5': { kind: 'different', fields: ['registers.brand.value'] },
        'states/customers/c-5': { kind: 'missing' },
      });
      await verify('--deep', '--repair');
      expect(await verify('--deep')).toMatchObject({ code: 0, result: { faults: 0, undecided: 0 } });
      await expectConvergence(answers, publisher.events);
    },
    TIMEOUT_MS,
  );
});

describe('refresh', () => {
  it(
    'renders anew what depends on one aggregate',
    async () => {
      const { publisher } = system();
      await customers().updateOne({ _id: 'c-6' }, { $set: { name: '别人' } });
      const index = ordersIndex();
      await system().servers.elasticsearch.update({ index, id: 'o-6', doc: { city: '别处' } });
      expect(await operate('refresh', '--customer', 'c-6')).toMatchObject({
        code: 0,
        result: { aggregates: 1, statesChanged: null, rendered: { customers: 1, orders: ORDERS / CUSTOMERS } },
      });
      await expectConvergence(answers, publisher.events);
    },
    TIMEOUT_MS,
  );

  it(
    '--replay brings a state back that was lost',
    async () => {
      const { publisher } = system();
      const since = new Date(0).toISOString();
      await system().servers.db.collection<Stored>('g1_states_orders').deleteOne({ _id: 'o-7' });
      expect(await operate('refresh', '--order', 'o-7', '--replay')).toMatchObject({ result: { statesChanged: 1 } });
      await system().servers.db.collection<Stored>('g1_states_orders').deleteOne({ _id: 'o-8' });
      expect(await operate('refresh', '--since', since, '--replay')).toMatchObject({
        result: { aggregates: ORDERS + CUSTOMERS + PRODUCTS, statesChanged: 1 },
      });
      await expectConvergence(answers, publisher.events);
    },
    TIMEOUT_MS,
  );
});

describe('a quarantined record', () => {
  it(
    'gives the documents that it would have given at once, when it is re-driven, whatever came in between',
    async () => {
      const { publisher, servers } = system();
      const good = event('customer.updated', 'c-9', 1000, { name: '迟到', level: 'silver' });
      const later = event('customer.updated', 'c-9', 1001, { name: '后来' });
      const { value } = toMessage(good.event, 'structured');
      const text = String(value);
      // The record of somebody who had a broken serializer, repaired in the quarantine.
      const place = await publisher.publishRaw('customers', { key: 'c-9', value: text.slice(0, -1) });
      const id = `${place.topic}/${place.partition}/${place.offset}`;
      await publisher.publish([later]);
      await answers.caughtUp();
      const hopeless = await publisher.publishRaw('orders', { key: 'o-9', value: 'no event' });
      await answers.caughtUp();
      const listed = await operate('quarantine', 'list');
      expect(listed.result).toMatchObject([{ id, key: 'c-9', reason: 'not-json', handled: null }, { key: 'o-9' }]);
      const waiting = { chosen: 2, events: 0, left: { 'not-json': 2 } };
      expect(await operate('quarantine', 'redrive', '--all', '--dry-run')).toEqual({ code: 4, result: waiting });

      await servers.db.collection<Stored>('quarantine').updateOne({ _id: id }, { $set: { value: Buffer.from(text) } });
      expect(await operate('quarantine', 'redrive', '--key', 'c-9')).toEqual({
        code: 0,
        result: { chosen: 1, events: 1, left: {} },
      });
      await expectConvergence(answers, [...publisher.events, good]);
      const other = `${hopeless.topic}/${hopeless.partition}/${hopeless.offset}`;
      expect(await operate('quarantine', 'discard', other, '--reason', '没有用')).toMatchObject({ code: 0 });
      expect(await operate('quarantine', 'list')).toMatchObject({ result: [] });
      expect(await operate('quarantine', 'show', other)).toMatchObject({
        result: { value: 'no event', handled: { as: 'discarded', because: '没有用' } },
      });
    },
    TIMEOUT_MS,
  );
});
