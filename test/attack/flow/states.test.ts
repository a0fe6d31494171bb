/**
 * States at the limit, on the real servers: returns, amendments, days of sale and gaps of sequences that would make of one
 * aggregate more than MongoDB takes. The projector lives, what does not fit is in the quarantine, everything else goes on,
 * and a generation that is built from the same topics reaches its end.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { QUARANTINE_COLLECTION, stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord } from '../../../runtime/storage/records.js';
import type { Answers } from '../../flow/answers.js';
import { created, event, placed, registered } from '../../flow/shop.js';
import { type Projector, systemFor } from '../../flow/system.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { until } from '../../until.js';

const TIMEOUT_MS = 240_000;
/** Half of the default: half as many steps fill it. */
const STATE_BYTES_MAX = 4 * 1024 * 1024;
const RETURNS = 45;
/** Amendments to other products, and days of sale. */
const STEPS = 9;
const HOLES = 20_000;

const system = systemFor('attack-states');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector({ STATE_BYTES_MAX: String(STATE_BYTES_MAX) });
  answers = await system().startApi();
});

/** 128 characters of four bytes, as many as may be. */
const longId = (i: number) => '𠀀'.repeat(121) + String(i).padStart(7, '0');
const lines = (from: number) =>
  Array.from({ length: 1_000 }, (_, i) => ({
    ...{ lineId: longId(i), productId: longId(from + i), quantity: 1, unitPrice: 1 },
  }));
const large = (orderId: string) =>
  event('order.placed', orderId, 1, { customerId: 'c-1', currency: 'CNY', lines: lines(0) });

/** Pieces that Kafka takes in one request. */
async function publish(events: readonly PublishedEvent[], piece = 1): Promise<void> {
  for (let from = 0; from < events.length; from += piece) {
    await system().publisher.publish(events.slice(from, from + piece));
  }
}

/** Everything that was published is durable. */
async function caughtUp(): Promise<void> {
  await until('the projector to catch up', async () => (await answers.lagEvents()) === 0, TIMEOUT_MS);
}

async function reasonsOf(subject: string): Promise<Map<string, number>> {
  const kept = await system()
    .servers.db.collection<{ readonly reason: string }>(QUARANTINE_COLLECTION)
    .find({ 'event.subject': subject })
    .project<{ reason: string }>({ reason: 1 })
    .toArray();
  const counts = new Map<string, number>();
  for (const { reason } of kept) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

async function expectWithin(generation: number): Promise<void> {
  for (const aggregate of ['customers', 'orders'] as const) {
    const states = system().servers.db.collection<AggregateRecord>(stateCollection(generation, aggregate));
    for await (const { _id, state } of states.find().batchSize(1)) {
      expect(Buffer.byteLength(state), _id).toBeLessThanOrEqual(STATE_BYTES_MAX);
    }
  }
}

describe('states that events would fill beyond what MongoDB takes', () => {
  it('keep within their limit, and the rest goes on', { timeout: TIMEOUT_MS }, async () => {
    await publish([registered('c-1', '王芳'), registered('c-holes', '李娜'), created('p-1', '手机')]);
    await publish([large('o-returns'), large('o-amended'), large('o-days'), event('order.paid', 'o-amended', 2)]);
    await publish(
      Array.from({ length: RETURNS }, (_, r) =>
        event('order.returned', 'o-returns', 2 + r, {
          returnId: `r-${r}`,
          lines: Array.from({ length: 1_000 }, (_, i) => ({ lineId: longId(r * 1_000 + i), quantity: 1 })),
        }),
      ),
    );
    // Each in a batch of its own: what is amended or paid again in the same one adds no groups of sums.
    for (let step = 1; step <= STEPS; step += 1) {
      const { topic, event: paid } = event('order.paid', 'o-days', 1 + step);
      await publish([
        event('order.amended', 'o-amended', 2 + step, { lines: lines(step * 1_000) }),
        { topic, event: { ...paid, time: new Date(Date.UTC(2020, 0, step)).toISOString() } },
      ]);
      await caughtUp();
    }
    await publish(
      Array.from({ length: HOLES }, (_, i) => event('customer.updated', 'c-holes', 3 + 2 * i, { city: `${i}` })),
      1_000,
    );
    await publish([placed('o-other', 'c-1', 'p-1'), event('order.paid', 'o-other', 2)]);
    await caughtUp();
    await expectWithin(1);
    expect(await answers.document('orders', 'o-other')).toMatchObject({ status: 'paid', customer: { name: '王芳' } });
    expect(await answers.document('customers', 'c-holes')).toMatchObject({ city: `${HOLES - 1}` });
    expect(await reasonsOf('c-holes')).toEqual(new Map());
    for (const [id, least] of [
      ['o-returns', RETURNS / 2],
      ['o-amended', 1],
      ['o-days', 1],
    ] as const) {
      const counts = await reasonsOf(id);
      expect([...counts.keys()], id).toEqual(['state-too-large']);
      expect(counts.get('state-too-large'), id).toBeGreaterThanOrEqual(Math.floor(least));
    }
    expect((await fetch(`${projector.admin}/health/ready`)).status).toBe(200);
  });

  it('tell by the event that it was set apart, and take a delete', { timeout: TIMEOUT_MS }, async () => {
    const last = system().publisher.events.findLast(({ event: { subject } }) => subject === 'o-returns');
    const { body } = await answers.get(`/v1/events/${last?.event.id}`);
    expect(body).toMatchObject({ data: [{ outcome: 'quarantined', reason: 'state-too-large' }] });
    await publish([
      event('order.deleted', 'o-returns', 10_000),
      event('customer.updated', 'c-holes', 100_000, { city: '北京' }),
    ]);
    await caughtUp();
    expect(await answers.document('orders', 'o-returns')).toBeNull();
    expect(await answers.document('customers', 'c-holes')).toMatchObject({ city: '北京' });
  });

  it('are built anew to the end', { timeout: TIMEOUT_MS }, async () => {
    const started = await system().operateJson('rebuild', 'start');
    const generation = Number(started.generation);
    await until(
      'the rebuild to be complete',
      async () => (await system().operateJson('rebuild', 'status')).phase === 'complete',
      TIMEOUT_MS,
    );
    await expectWithin(generation);
    expect((await fetch(`${projector.admin}/health/ready`)).status).toBe(200);
  });
});
