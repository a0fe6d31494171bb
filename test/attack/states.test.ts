/** However much one aggregate's events would make of its state: it keeps within its limit, and everything else goes on. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Delivery, EMPTY_STATE, merge } from '../../mappings/aggregates/merge.js';
import { joinedUpTo } from '../../mappings/aggregates/sequences.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import { decode } from '../../mappings/events/decode.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import { refresh } from '../../projector/operations/refreshing.js';
import { trialOf } from '../../projector/operations/trial-states.js';
import {
  type BoundedMerge,
  DELETES_BYTES,
  mergeWhatFits,
  mergeWhole,
  type StateBounds,
} from '../../projector/pipeline/bounded-merge.js';
import { decodeBatch } from '../../projector/pipeline/decode.js';
import { StateCache } from '../../projector/pipeline/state-cache.js';
import { verify } from '../../projector/reconcile/verifying.js';
import { encodeState } from '../../runtime/storage/state-codec.js';
import { deliveriesOf } from '../mappings/aggregates/events.js';
import { operatedIn } from '../memory/operated.js';
import { LOADED_CHARACTERS_MAX, liveProjection, toRecord } from '../memory/projection.js';
import { MemoryEventLog } from '../memory/scans.js';
import type { PublishedEvent } from '../recomputation-documents.js';

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const NOW = Date.UTC(2026, 10, 21);
const NAMES: readonly AggregateName[] = ['customers', 'products', 'orders'];

async function mergeBounded(
  bounds: StateBounds,
  name: AggregateName,
  before: AggregateState,
  deliveries: readonly Delivery[],
): Promise<BoundedMerge> {
  const whole = mergeWhole(bounds, name, 'x', before, deliveries);
  return whole === 'too large' ? mergeWhatFits(bounds, name, 'x', before, deliveries) : whole;
}

function bytesOf(state: AggregateState): number {
  return Buffer.byteLength(encodeState(state));
}

let written = 0;
function event(type: string, subject: string, data?: object, time = '2026-11-20T10:00:00.000Z'): PublishedEvent {
  written += 1;
  const topic = `${type.split('.')[0]}s` as PublishedEvent['topic'];
  const envelope = { id: `e-${written}`, type, subject, time, sequence: String(written) };
  return { topic, event: data === undefined ? envelope : { ...envelope, data } };
}

function deliveryOf({ topic, event: { subject, ...others } }: PublishedEvent): Delivery {
  const value = Buffer.from(JSON.stringify({ specversion: '1.0', source: '/test', subject, ...others }));
  const decoded = decode(topic, { key: Buffer.from(subject), value, headers: {} });
  if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
  return { event: decoded.event, topic, partition: 0, offset: written };
}

const LINES = [{ lineId: '1', productId: 'p-1', quantity: 5, unitPrice: 100 }];
const placed = (id: string) => event('order.placed', id, { customerId: 'c-1', currency: 'CNY', lines: LINES });
const returned = (id: string, returnId: string, count: number) =>
  event('order.returned', id, {
    returnId,
    lines: Array.from({ length: count }, (_, i) => ({ lineId: `${returnId}-${i}-${'手'.repeat(40)}`, quantity: 1 })),
  });

describe('merging within a limit', () => {
  const cut = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 8 });

  it.each(NAMES)('never makes a state of %s larger, and refuses nothing that leaves it within', async (name) => {
    const limit = fc.integer({ min: 200, max: 4000 });
    await fc.assert(
      fc.asyncProperty(deliveriesOf(name, 20), limit, cut, async (all, stateBytesMax, sizes) => {
        const bounds = { settings: SETTINGS, stateBytesMax };
        let state = EMPTY_STATE;
        let left = all;
        for (let i = 0; left.length > 0; i += 1) {
          const size = 1 + (sizes[i % sizes.length] ?? 0);
          const batch = left.slice(0, size);
          left = left.slice(size);
          const { change, outcomes } = await mergeBounded(bounds, name, state, batch);
          const taken = batch.filter((_, place) => outcomes[place] !== 'too-large');
          const after = change?.state ?? state;
          // What was taken is merged as ever; what was not has changed nothing, not even what is remembered.
          const ever = merge(aggregates[name], state, taken).state;
          expect(new Map(after.registers)).toEqual(new Map(ever.registers));
          // Below an erasure, sequences are joined where there is no room.
          const rest = ({ sequences, erased, ...others }: AggregateState) => ({
            ...{ ...others, erased, registers: null, groups: null },
            sequences: joinedUpTo(sequences, erased?.sequence ?? 0),
          });
          expect(rest(after)).toEqual(rest(ever));
          const deletes = batch.some(({ event: { type } }) => /deleted|erased/.test(type)) ? DELETES_BYTES : 0;
          expect(bytesOf(after)).toBeLessThanOrEqual(Math.max(stateBytesMax + deletes, bytesOf(state)));
          for (const [place, outcome] of outcomes.entries()) {
            const one = batch[place];
            if (outcome !== 'too-large' || one === undefined) continue;
            expect(one.event.type).not.toMatch(/deleted|erased/);
            // Alone it would have made the state larger.
            const alone = mergeWhole({ ...bounds, stateBytesMax: Number.MAX_SAFE_INTEGER }, name, 'x', state, [one]);
            if (batch.length > 1 || alone === 'too large') continue;
            expect(bytesOf(alone.change?.state ?? state)).toBeGreaterThan(Math.max(stateBytesMax, bytesOf(state)));
          }
          state = after;
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(NAMES)('is merging as ever for %s as long as everything fits', async (name) => {
    await fc.assert(
      fc.asyncProperty(deliveriesOf(name), async (all) => {
        const { change, outcomes } = await mergeBounded(
          { settings: SETTINGS, stateBytesMax: 65_536 },
          name,
          EMPTY_STATE,
          all,
        );
        const merged = merge(aggregates[name], EMPTY_STATE, all);
        expect(outcomes).toEqual(merged.outcomes);
        expect({ ...(change?.state ?? EMPTY_STATE), groups: null }).toEqual({ ...merged.state, groups: null });
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out the bulky one of a batch, wherever it stands, and takes all others', async () => {
    const bounds = { settings: SETTINGS, stateBytesMax: 65_536 };
    const others = [placed('x'), ...Array.from({ length: 50 }, (_, i) => returned('x', `r-${i}`, 1))].map(deliveryOf);
    for (const place of [0, 25, 51]) {
      const batch = others.toSpliced(place, 0, deliveryOf(returned('x', 'r-bulky', 900)));
      const { outcomes } = await mergeBounded(bounds, 'orders', EMPTY_STATE, batch);
      expect([...outcomes.keys()].filter((i) => outcomes[i] === 'too-large')).toEqual([place]);
    }
  });

  it('tries a few dozen times at most which of thousands fit', async () => {
    const bounds = { settings: SETTINGS, stateBytesMax: 65_536 };
    const batch = [placed('x'), ...Array.from({ length: 4000 }, (_, i) => returned('x', `r-${i}`, 1))].map(deliveryOf);
    let merged = 0;
    const counted = batch.map((delivery) => ({
      ...delivery,
      get event() {
        merged += 1;
        return delivery.event;
      },
    }));
    const { outcomes } = await mergeBounded(bounds, 'orders', EMPTY_STATE, counted);
    expect(outcomes.filter((outcome) => outcome === 'first').length).toBeGreaterThan(200);
    expect(merged / batch.length).toBeLessThan(60);
  });

  describe('of an order of 1,000 lines whose sums have filled it', () => {
    const bounds = { settings: SETTINGS, stateBytesMax: 1_048_576 };
    const lines = Array.from({ length: 1000 }, (_, i) => ({ ...LINES[0], lineId: `${i}`, productId: `p-${i}` }));
    const paid = (day: number) =>
      event('order.paid', 'x', {}, new Date(Date.UTC(2000, 0, 1) + day * 86_400_000).toISOString());
    let full = EMPTY_STATE;
    beforeAll(async () => {
      const first = [event('order.placed', 'x', { customerId: 'c-1', currency: 'CNY', lines }), paid(0)];
      full = (await mergeBounded(bounds, 'orders', EMPTY_STATE, first.map(deliveryOf))).change?.state ?? full;
      for (let day = 1, isFull = false; !isFull; day += 1) {
        const { change, outcomes } = await mergeBounded(bounds, 'orders', full, [deliveryOf(paid(day))]);
        full = change?.state ?? full;
        isFull = outcomes.includes('too-large');
      }
    });

    it.each([0, 1, 4, 5, 40, 400])('takes what adds little, though %i others seem to add nothing', async (others) => {
      const small = ['order.inventory_locked', 'order.delivered', 'order.confirmed'].map((type) =>
        event(type, 'x', {}),
      );
      const large = Array.from({ length: others }, (_, i) => paid(1000 + i));
      const batch = [...large, ...small].map(deliveryOf);
      const { outcomes } = await mergeBounded(bounds, 'orders', full, batch);
      expect(outcomes).toEqual([...large.map(() => 'too-large'), ...small.map(() => 'first')]);
    });

    it('finds the few of one type that do not fit among others that do', async () => {
      const known = (i: number) => event('order.paid', 'x', {}, `2000-01-01T00:00:00.${String(i).padStart(3, '0')}Z`);
      const events = Array.from({ length: 5 }, (_, i) => paid(1000 + i)).flatMap((one, i) => [one, known(i)]);
      for (const all of [events, events.toReversed()]) {
        const { outcomes } = await mergeBounded(bounds, 'orders', full, all.map(deliveryOf));
        const fitting = all.filter((_, i) => outcomes[i] !== 'too-large');
        expect(fitting.filter(({ event: { time } }) => time.startsWith('2000'))).toHaveLength(5);
      }
    });
  });

  it('takes a smaller amendment and a delete into a state that is full, and then more', async () => {
    const bounds = { settings: SETTINGS, stateBytesMax: 65_536 };
    const lines = Array.from({ length: 300 }, (_, i) => ({ ...LINES[0], lineId: `${i}-${'手'.repeat(40)}` }));
    const full = await mergeBounded(
      bounds,
      'orders',
      EMPTY_STATE,
      [placed('x'), event('order.amended', 'x', { lines })].map(deliveryOf),
    );
    const bulky = () => deliveryOf(returned('x', `r-${written}`, 250));
    const state = full.change?.state ?? EMPTY_STATE;
    expect((await mergeBounded(bounds, 'orders', state, [bulky()])).outcomes).toEqual(['too-large']);
    const smaller = deliveryOf(event('order.amended', 'x', { lines: LINES }));
    expect((await mergeBounded(bounds, 'orders', state, [bulky(), smaller])).outcomes).toEqual(['first', 'first']);
    const deleted = deliveryOf(event('order.deleted', 'x'));
    expect((await mergeBounded(bounds, 'orders', state, [deleted])).outcomes).toEqual(['first']);
  });

  describe('of a customer whose gaps of sequences have filled it', () => {
    const bounds = { settings: SETTINGS, stateBytesMax: 65_536 };
    const withSequence = (type: string, sequence: number): Delivery => {
      const delivery = deliveryOf(event(type, 'x', type === 'customer.registered' ? { name: '王芳' } : undefined));
      return { ...delivery, event: { ...delivery.event, sequence } };
    };
    const sparse = (type: string, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => withSequence(type, from + 2 * i));
    let full = EMPTY_STATE;
    beforeAll(async () => {
      for (let from = 1_000_000, isFull = false; !isFull; from += 1000) {
        const batch = sparse('customer.registered', from, 500);
        const { change, outcomes } = await mergeBounded(bounds, 'customers', full, batch);
        full = change?.state ?? full;
        isFull = outcomes.includes('too-large');
      }
      expect(bytesOf(full)).toBeGreaterThan(60_000);
    });

    it('erases whoever is to be erased', async () => {
      const { change, outcomes } = await mergeBounded(bounds, 'customers', full, [
        withSequence('customer.erased', 9_000_000),
      ]);
      expect(outcomes).toEqual(['first']);
      expect(change?.state.registers.size).toBe(0);
    });

    it.each(['customer.deleted', 'customer.erased'])('refuses no %s, whatever came before', async (type) => {
      let state = full;
      // Above all others and below: as ranges they would take more than there is for them.
      for (const from of [20_000_000, 100_000]) {
        for (let i = 0; i < 3; i += 1) {
          const batch = sparse(type, from + i * 20_000, 10_000);
          const { change, outcomes } = await mergeBounded(bounds, 'customers', state, batch);
          expect(outcomes.includes('too-large')).toBe(false);
          state = change?.state ?? state;
          expect(state.deleted?.sequence).toBe(from === 20_000_000 ? from + (i + 1) * 20_000 - 2 : 20_059_998);
          expect(bytesOf(state)).toBeLessThanOrEqual(bounds.stateBytesMax + DELETES_BYTES);
        }
      }
      const erased = withSequence('customer.erased', 30_000_000);
      const last = await mergeBounded(bounds, 'customers', state, [erased]);
      expect(last.outcomes).toEqual(['first']);
      expect(last.change?.state).toMatchObject({ erased: { sequence: 30_000_000 }, registers: new Map() });
      // It voids all that came before it: there is room for who comes after it.
      const next = await mergeBounded(bounds, 'customers', last.change?.state ?? state, [
        withSequence('customer.registered', 30_000_001),
      ]);
      expect(next.outcomes).toEqual(['first']);
      expect((await mergeBounded(bounds, 'customers', next.change?.state ?? state, [erased])).outcomes).toEqual([
        'again',
      ]);
    });
  });
});

describe('an order whose state is full', () => {
  const stateBytesMax = 65_536;
  const history = () => [
    event('customer.registered', 'c-1', { name: '王芳' }),
    event('product.created', 'p-1', { name: '手机', category: 'phones', price: 1, currency: 'CNY' }),
    placed('o-full'),
    ...Array.from({ length: 20 }, (_, i) => returned('o-full', `r-${i}`, 100)),
    placed('o-other'),
    event('order.paid', 'o-other', {}),
  ];

  it('has what fits, the rest is in the quarantine, and others are not disturbed', async () => {
    const world = liveProjection({ now: NOW, settings: SETTINGS, stateBytesMax });
    await world.run(history(), { batch: 7, workers: 1 });
    const apart = [...world.quarantine.records.values()];
    expect(new Set(apart.map(({ reason }) => reason))).toEqual(new Set(['state-too-large']));
    expect(apart.length).toBeGreaterThan(10);
    for (const { text } of Object.values(world.aggregates.records).flatMap((all) =>
      [...all.values()].map(({ state }) => ({ text: state })),
    )) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(stateBytesMax);
    }
    const orders = world.documents.visible({ view: 'orders', revision: 1 });
    expect([...orders.keys()].sort()).toEqual(['o-full', 'o-other']);
    expect(orders.get('o-other')).toMatchObject({ status: 'paid' });
  });

  it('is no fault to whoever verifies or replays, and repairs end', async () => {
    const published = history();
    const world = liveProjection({ now: NOW, settings: SETTINGS, stateBytesMax });
    await world.run(published, { batch: 7, workers: 1 });
    const operated = { ...operatedIn(world, published), clock: world.clock };
    const bounded = { ...operated, fold: { ...operated.fold, stateBytesMax } };
    const request = { views: [], deep: true, repair: true, pace: 0 };
    expect(await verify(bounded, request)).toMatchObject({ faults: 0, undecided: 0 });
    const one = { kind: 'one', aggregate: 'orders', id: 'o-full' } as const;
    expect(await refresh(bounded, one, { replay: true })).toMatchObject({ statesChanged: 0 });
    // Lost altogether, it comes again from the log, as far as it fits.
    world.aggregates.records.orders.delete('o-full');
    expect(await refresh(bounded, one, { replay: true })).toMatchObject({ statesChanged: 1 });
    const [state] = (await world.aggregates.read('orders', ['o-full'])).values();
    expect(bytesOf(state?.state ?? EMPTY_STATE)).toBeLessThanOrEqual(stateBytesMax);
  });

  it('is no fault either when a delete has emptied it, read together with all that did not fit before', async () => {
    const published = [...history(), event('order.deleted', 'o-full'), placed('o-full')];
    const world = liveProjection({ now: NOW, settings: SETTINGS, stateBytesMax });
    await world.run(published, { batch: 7, workers: 1 });
    const operated = { ...operatedIn(world, published), clock: world.clock };
    // The events together would be no larger: the reading alone does not tell that it was full.
    const events = new MemoryEventLog(published.map(toRecord), published.length);
    const bounded = { ...operated, events, fold: { ...operated.fold, stateBytesMax } };
    const request = { views: [], deep: true, repair: false, pace: 0 };
    expect(await verify(bounded, request)).toMatchObject({ faults: 0, undecided: 0 });
    const unaware = { ...bounded, fullStates: { among: async () => new Set<string>() } };
    expect(await verify(unaware, request)).toMatchObject({ faults: 1 });
  });

  it('takes a re-driven event when there is room, and says before that there is none', async () => {
    const world = liveProjection({ now: NOW, settings: SETTINGS, stateBytesMax });
    await world.run(history(), { batch: 7, workers: 1 });
    const trial = () =>
      trialOf({
        store: world.aggregates,
        settings: SETTINGS,
        stateBytesMax,
        loadedCharactersMax: LOADED_CHARACTERS_MAX,
      });
    const [waiting] = [...world.quarantine.records.values()];
    if (waiting === undefined) throw new Error('Nothing was quarantined.');
    const { deliveries } = decodeBatch([waiting.record]);
    expect((await trial()(deliveries)).map(({ reason }) => reason)).toEqual(['state-too-large']);
    await world.project([[toRecord(event('order.deleted', 'o-full'), 1_000)]], 1);
    expect(await trial()(deliveries)).toEqual([]);
  });
});

describe('the cache of states', () => {
  it('holds up to so many characters, however few they are in', () => {
    const cache = new StateCache(10, 250_000);
    const ids = ['a', 'b', 'c'];
    for (const id of ids) cache.put('orders', id, { version: 1, state: EMPTY_STATE, length: 100_000 });
    expect([...cache.take('orders', ids).keys()]).toEqual(['b', 'c']);
    cache.put('orders', 'b', { version: 2, state: EMPTY_STATE, length: 1_000 });
    cache.put('orders', 'd', { version: 1, state: EMPTY_STATE, length: 100_000 });
    expect([...cache.take('orders', ['b', 'c', 'd']).keys()]).toEqual(['b', 'c', 'd']);
  });

  it('loses nothing to one that is larger than it may hold', () => {
    const cache = new StateCache(10, 250_000);
    for (const id of ['a', 'b']) cache.put('orders', id, { version: 1, state: EMPTY_STATE, length: 100_000 });
    cache.put('orders', 'c', { version: 1, state: EMPTY_STATE, length: 250_001 });
    // What was known of it before is too old.
    cache.put('orders', 'b', { version: 2, state: EMPTY_STATE, length: 250_001 });
    expect([...cache.take('orders', ['a', 'b', 'c']).keys()]).toEqual(['a']);
  });
});
