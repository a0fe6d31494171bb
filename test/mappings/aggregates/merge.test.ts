import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, EMPTY_STATE, merge, REMEMBERED_EVENTS_MAX } from '../../../mappings/aggregates/merge.js';
import type { AggregateState } from '../../../mappings/aggregates/state.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { aggregates } from '../../../mappings/registry.js';
import { decodeState, encodeState } from '../../../runtime/storage/state-codec.js';
import { deliveriesOf } from './events.js';

/** Registers are a map: their order of insertion is no part of the state. */
function canonical(state: AggregateState) {
  return { ...state, registers: [...state.registers].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function mergeAll(name: AggregateName, groups: readonly (readonly Delivery[])[]) {
  let state = EMPTY_STATE;
  for (const group of groups) state = merge(aggregates[name], state, group).state;
  return canonical(state);
}

describe.each(['customers', 'products', 'orders'] as const)('merging %s', (name) => {
  it('gives the same state in any order', () => {
    const shuffled = deliveriesOf(name).chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(mergeAll(name, [other])).toEqual(mergeAll(name, [all]));
      }),
    );
  });

  it('gives the same state in any grouping', () => {
    fc.assert(
      fc.property(deliveriesOf(name), fc.nat(), (all, cut) => {
        const at = all.length === 0 ? 0 : cut % all.length;
        expect(mergeAll(name, [all.slice(0, at), all.slice(at)])).toEqual(mergeAll(name, [all]));
        expect(
          mergeAll(
            name,
            all.map((delivery) => [delivery]),
          ),
        ).toEqual(mergeAll(name, [all]));
      }),
    );
  });

  it('gives the same state when events come twice, wherever they come', () => {
    const twice = deliveriesOf(name).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all])));
    fc.assert(
      fc.property(twice, ([all, again]) => {
        expect(mergeAll(name, [all, again])).toEqual(mergeAll(name, [all]));
        expect(merge(aggregates[name], merge(aggregates[name], EMPTY_STATE, all).state, again).changed).toBe(false);
      }),
    );
  });

  it('survives the store', () => {
    fc.assert(
      fc.property(deliveriesOf(name), (all) => {
        const { state } = merge(aggregates[name], EMPTY_STATE, all);
        expect(canonical(decodeState(encodeState(state)))).toEqual(canonical(state));
      }),
    );
  });
});

describe('the memory of events', () => {
  const [first] =
    fc.sample(
      deliveriesOf('customers').filter((all) => all.length > 0),
      { numRuns: 1, seed: 1 },
    )[0] ?? [];
  if (first === undefined) throw new Error('no sample');

  it('tells an id used again with other content, and changes nothing', () => {
    const reused: Delivery = { ...first, offset: 9, event: { ...first.event, contentHash: 'other' } };
    const { state } = merge(aggregates.customers, EMPTY_STATE, [first]);
    expect(merge(aggregates.customers, state, [reused])).toEqual({ state, changed: false, outcomes: ['reused-id'] });
  });

  it('keeps the newest in the event order, whatever the order of arrival', () => {
    const many = Array.from({ length: REMEMBERED_EVENTS_MAX + 20 }, (_, i): Delivery => {
      const eventId = `e-${String(i).padStart(3, '0')}`;
      return { ...first, offset: i, event: { ...first.event, eventId, sequence: i + 1 } };
    });
    const forwards = mergeAll('customers', [many]);
    expect(mergeAll('customers', [many.toReversed()])).toEqual(forwards);
    expect(forwards.remembered.map(({ version }) => version.sequence)).toEqual(
      Array.from({ length: REMEMBERED_EVENTS_MAX }, (_, i) => i + 21),
    );
    expect(forwards.sequences).toEqual([[1, REMEMBERED_EVENTS_MAX + 20]]);
  });

  it('keeps of the forgotten ones the last place in each partition, whatever the order of arrival', () => {
    const events = fc.integer({ min: REMEMBERED_EVENTS_MAX - 1, max: REMEMBERED_EVENTS_MAX + 20 }).chain((count) =>
      fc.tuple(
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: count, maxLength: count }),
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => i),
          { minLength: count },
        ),
      ),
    );
    fc.assert(
      fc.property(events, ([partitions, order]) => {
        const all = partitions.map((partition, i): Delivery => {
          const event = { ...first.event, eventId: `e-${String(i).padStart(3, '0')}`, sequence: i + 1 };
          // The place in the log has nothing to do with the place in the event order.
          return { ...first, partition, offset: order[i] ?? 0, event };
        });
        const arriving = order.flatMap((i) => all[i] ?? []);
        const state = mergeAll('customers', [arriving]);
        const forgotten = all.slice(0, Math.max(0, all.length - REMEMBERED_EVENTS_MAX));
        const last = [0, 1, 2].flatMap((partition) => {
          const offsets = forgotten.filter((one) => one.partition === partition).map(({ offset }) => offset);
          return offsets.length === 0 ? [] : [{ topic: first.topic, partition, offset: Math.max(...offsets) }];
        });
        expect(state.forgotten).toEqual(last);
        const stored = merge(aggregates.customers, EMPTY_STATE, arriving).state;
        expect(decodeState(encodeState(stored)).forgotten).toEqual(last);
        expect(merge(aggregates.customers, stored, arriving).changed).toBe(false);
      }),
    );
  });

  it('has forgotten nothing in a state that was stored before such places were kept', () => {
    const { forgotten: _, ...former } = JSON.parse(encodeState(EMPTY_STATE)) as Record<string, unknown>;
    expect(decodeState(JSON.stringify(former)).forgotten).toEqual([]);
  });
});
