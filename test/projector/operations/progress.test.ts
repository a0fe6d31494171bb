import { describe, expect, it } from 'vitest';
import { costsOf } from '../../../projector/generations/costs.js';
import { type Surroundings, statusOf } from '../../../projector/operations/progress.js';
import type { RebuildRecord } from '../../../projector/ports/rebuilds.js';
import { generationRecord } from '../stores/generation-record.js';

const STARTED = Date.UTC(2026, 10, 21);
const FILLING = { ...generationRecord(2), phase: 'filling' as const };
const RENDERING = { ...generationRecord(2), phase: 'rendering' as const };

function rebuild(progress: Partial<RebuildRecord>): RebuildRecord {
  const from = { 'orders/0': 1000, 'orders/1': 0 };
  const ends = { 'orders/0': 11_000, 'orders/1': 10_000 };
  return {
    ...{ generation: 2, startedAt: new Date(STARTED), origin: 'the beginning' },
    from,
    ends,
    documents: 0,
    ...progress,
  };
}

function around(seconds: number, next: number, more: Partial<Surroundings> = {}): Surroundings {
  return {
    positions: [{ topic: 'orders', partition: 0, next }],
    ends: new Map([
      ['orders/0', 11_000],
      ['orders/1', 10_000],
    ]),
    ...{
      documentsExpected: { orders: 2000, products: 1500, customers: 500 },
      costs: null,
      now: STARTED + seconds * 1000,
    },
    ...more,
  };
}

describe('the progress of a rebuild', () => {
  it('counts from where each partition began, by the speed of the time that was worked', () => {
    // Ten seconds of fifty: the rest went by before its group had members, or in a pause.
    const status = statusOf(FILLING, rebuild({ filledMs: 10_000, filledEvents: 10_000 }), around(50, 11_000));
    expect(status).toMatchObject({
      ...{ phase: 'filling', generation: 2, paused: false },
      events: { done: 10_000, total: 20_000, perSecond: 1000 },
      partitions: [
        { partition: 'orders/0', next: 11_000, end: 11_000 },
        { partition: 'orders/1', next: 0, end: 10_000 },
      ],
      // Ten for the other events, seven for the sums, and 4000 documents at 5 events each.
      ...{ etaSeconds: 37, etaIsRough: true, percent: 21 },
    });
  });

  it('takes from a former rebuild what sums and documents cost', () => {
    const former = rebuild({
      ...{ filledMs: 8000, filledEvents: 8000, filledAt: new Date(STARTED), summedAt: new Date(STARTED + 4000) },
      rendered: {
        orders: { documents: 1000, ms: 3000 },
        products: { documents: 100, ms: 200 },
        customers: { documents: 100, ms: 800 },
      },
    });
    const costs = costsOf(former);
    expect(costs).toEqual({ events: 8000, eventMs: 1, sums: 0.5, documents: { orders: 3, products: 2, customers: 8 } });
    const record = rebuild({ filledMs: 10_000, filledEvents: 10_000 });
    expect(statusOf(FILLING, record, around(10, 11_000, { costs }))).toMatchObject({
      ...{ etaSeconds: 10 + 10 + (6 + 3 + 4), etaIsRough: false },
    });
    // Before anything is noted, an event takes as long as it did then.
    expect(statusOf(FILLING, rebuild({}), around(1, 1000, { costs })).etaSeconds).toBe(20 + 10 + (6 + 3 + 4));
  });

  it.each([
    ['nothing was folded', { filledMs: 0, filledEvents: 0 }],
    ['a view had no documents', { rendered: { orders: { documents: 10, ms: 20 } } }],
  ])('takes nothing from a rebuild in which %s', (_, progress) => {
    const sound = {
      ...{ filledMs: 1000, filledEvents: 1000, filledAt: new Date(STARTED), summedAt: new Date(STARTED + 500) },
      rendered: Object.fromEntries(
        ['orders', 'products', 'customers'].map((view) => [view, { documents: 10, ms: 20 }]),
      ),
    };
    expect(costsOf(rebuild(sound))).not.toBeNull();
    expect(costsOf(rebuild({ ...sound, ...progress }))).toBeNull();
  });

  it('goes by its own documents once there are some, and corrects by them what the others are assumed to cost', () => {
    const record = rebuild({
      ...{ filledMs: 20_000, filledEvents: 20_000, filledAt: new Date(STARTED + 20_000), documents: 1000 },
      rendered: { orders: { documents: 1000, ms: 8000 } },
      totals: { orders: 2000, products: 1500, customers: 500 },
    });
    const positions = [11_000, 10_000].map((next, partition) => ({ topic: 'orders', partition, next }));
    // Eight for the other orders; they took 1.6 times what was assumed, so do 2000 more at 5 events each.
    expect(statusOf(RENDERING, record, around(25, 11_000, { positions }))).toMatchObject({
      ...{ phase: 'rendering', documents: { done: 1000, total: 4000 }, etaSeconds: 8 + 16 },
    });
  });

  describe('calls the time left rough', () => {
    const filled = { filledMs: 20_000, filledEvents: 20_000, filledAt: new Date(STARTED), summedAt: new Date(STARTED) };
    const totals = { orders: 2000, products: 1500, customers: 500 };
    const costs = { events: 20_000, eventMs: 1, sums: 0.5, documents: { orders: 4, products: 2, customers: 8 } };
    const rough = (progress: Partial<RebuildRecord>, more: Partial<Surroundings>) =>
      statusOf(RENDERING, rebuild({ ...filled, totals, ...progress }), around(25, 11_000, more)).etaIsRough;
    const rendered = (orders: number, others: number, ms: number) => ({
      documents: orders + 2 * others,
      rendered: {
        orders: { documents: orders, ms: orders * ms },
        products: { documents: others, ms: others * ms },
        customers: { documents: others, ms: others * ms },
      },
    });

    it('while what any view costs is assumed', () => {
      expect(rough({}, {}), 'nothing is rendered').toBe(true);
      expect(rough(rendered(2000, 0, 4), {}), 'of other views than the first nothing is').toBe(true);
      expect(rough(rendered(2000, 40, 4), {}), 'only a few are').toBe(true);
      expect(rough(rendered(2000, 150, 4), {})).toBe(false);
    });

    it('when this rebuild goes otherwise than the former one', () => {
      expect(rough(rendered(1000, 0, 4.1), { costs })).toBe(false);
      expect(rough(rendered(1000, 0, 12), { costs }), 'documents take three times as long').toBe(true);
      expect(rough(rendered(1000, 0, 1.3), { costs }), 'or a third').toBe(true);
      expect(rough({ filledMs: 60_000 }, { costs }), 'events take three times as long').toBe(true);
    });

    it('when the former one was far smaller, or its size is not known', () => {
      expect(rough({}, { costs: { ...costs, events: 6_000 } })).toBe(true);
      expect(rough({}, { costs: { ...costs, events: 7_000 } })).toBe(false);
      const { events: _, ...unsized } = costs;
      expect(rough({}, { costs: unsized })).toBe(true);
    });
  });

  it('goes by a former rebuild and by its own documents, by these the more, the more there are', () => {
    const costs = { eventMs: 1, sums: 0.5, documents: { orders: 4, products: 2, customers: 8 } };
    const record = rebuild({
      ...{ filledMs: 20_000, filledEvents: 20_000, filledAt: new Date(STARTED + 20_000), documents: 500 },
      rendered: { orders: { documents: 500, ms: 1000 } },
      totals: { orders: 2000, products: 1500, customers: 500 },
    });
    const positions = [11_000, 10_000].map((next, partition) => ({ topic: 'orders', partition, next }));
    // 1500 orders at 2 ms by the quarter that is done, at 4 ms by the former rebuild; 3 s and 4 s for the others.
    expect(statusOf(RENDERING, record, around(25, 11_000, { positions, costs })).etaSeconds).toBeCloseTo(
      0.25 * 3 + 0.75 * 6 + 3 + 4,
      0,
    );
  });

  it('says nothing of the time while it is paused, or before anything is done', () => {
    const paused = statusOf(
      { ...FILLING, paused: true },
      rebuild({ filledMs: 1000, filledEvents: 500 }),
      around(9, 1500),
    );
    expect(paused).toMatchObject({ paused: true, etaSeconds: null, events: { done: 500 } });
    expect(statusOf(FILLING, rebuild({}), around(2, 1000))).toMatchObject({ etaSeconds: null, percent: 0 });
  });

  it('is complete when the generation follows', () => {
    const done = rebuild({ filledMs: 1000, filledEvents: 20_000, documents: 4000 });
    expect(statusOf(generationRecord(2), done, around(3, 11_000))).toMatchObject({
      ...{ phase: 'complete', percent: 100, etaSeconds: 0 },
    });
  });
});
