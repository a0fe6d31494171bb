/** Whose an order is, also when it is no longer there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, EMPTY_STATE, merge } from '../../../mappings/aggregates/merge.js';
import { ownersOfOrder } from '../../../mappings/aggregates/orders.js';
import type { AggregateState } from '../../../mappings/aggregates/state.js';
import { aggregates } from '../../../mappings/registry.js';
import { deliveriesOf } from './events.js';

const fold = (deliveries: readonly Delivery[]) =>
  deliveries.reduce(
    (state: AggregateState, delivery) => merge(aggregates.orders, state, [delivery]).state,
    EMPTY_STATE,
  );

describe('the owner of an order', () => {
  it('is the one that it refers to, and after a delete the same whatever order the events came in', () => {
    let deleted = 0;
    fc.assert(
      fc.property(
        deliveriesOf('orders').chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          const state = fold(all);
          const owners = ownersOfOrder(state);
          expect(ownersOfOrder(fold(shuffled))).toEqual(owners);
          const order = aggregates.orders.read('x', state);
          if (order.presence === 'present') expect(owners).toEqual([order.customerId]);
          if (order.presence === 'pending') expect(owners).toEqual([]);
          if (order.presence !== 'deleted') return;
          expect(order.customerId).toBeNull();
          const names = all.some(({ event }) => 'customerId' in event.data);
          expect(owners.length).toBe(names ? 1 : 0);
          if (names) deleted += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(deleted).toBeGreaterThan(50);
  });
});
