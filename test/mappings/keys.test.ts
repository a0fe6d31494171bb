import { describe, expect, it } from 'vitest';
import type { Rollup, Touch, View } from '../../mappings/contract.js';
import { aggregateOf, checkedViews } from '../../mappings/keys.js';
import { rollups, views } from '../../mappings/registry.js';

/** A rollup whose owners are ids of no aggregate, in the place of one whose are. */
const carrierDays: Rollup = { ...(rollups.productDays as Rollup), ownedBy: null };
const PLANTED = { ...rollups, productDays: carrierDays };

const { orders, customers, products } = views;
const selfOf = (aggregate: 'orders' | 'customers' | 'products'): Touch => ({ by: 'self', aggregate });
const SUMS: Touch = { by: 'rollup', rollup: 'productDays' };

function check(view: View, among: Readonly<Record<string, Rollup>> = PLANTED) {
  return () => checkedViews({ [view.name]: view }, among);
}

describe('views', () => {
  it('are taken as they are when all that touches them leads to their ids', () => {
    expect(checkedViews(views, rollups)).toBe(views);
    const carriers: View = { ...orders, keyedBy: { rollup: 'productDays' }, touchedBy: [SUMS] };
    expect(check(carriers)).not.toThrow();
    expect(aggregateOf(carriers)).toBeNull();
    expect(aggregateOf(orders)).toBe('orders');
  });

  it('may be keyed by a rollup whose owners are ids of an aggregate, and touched by that aggregate', () => {
    const active: View = { ...products, keyedBy: { rollup: 'productDays' } };
    expect(check(active, rollups)).not.toThrow();
  });

  it.each<[string, View, string]>([
    [
      'an aggregate that is another',
      { ...orders, touchedBy: [selfOf('orders'), selfOf('customers')] },
      'The view orders is keyed by orders, but its touch by events of customers leads to ids of customers.',
    ],
    [
      'a rollup of other owners',
      { ...products, touchedBy: [selfOf('products'), SUMS] },
      'The view products is keyed by products, but its touch by sums of productDays leads to ids of productDays.',
    ],
    [
      'an aggregate, where the key is a rollup',
      { ...orders, keyedBy: { rollup: 'productDays' }, touchedBy: [SUMS, selfOf('orders')] },
      'The view orders is keyed by the rollup productDays, but its touch by events of orders leads to ids of orders.',
    ],
    [
      'orders, by references',
      { ...customers, touchedBy: [...customers.touchedBy, ...orders.touchedBy.filter(({ by }) => by === 'reference')] },
      'The view customers is keyed by customers, but its touch by events of customers that orders refer to leads to ids of orders.',
    ],
    [
      'too little: not its aggregate',
      { ...customers, touchedBy: customers.touchedBy.filter(({ by }) => by !== 'self') },
      'The view customers is keyed by customers, whose changes do not touch it: some of its documents would never be.',
    ],
    [
      'too little: not its rollup',
      { ...orders, keyedBy: { rollup: 'productDays' }, touchedBy: [] },
      'The view orders is keyed by the rollup productDays, whose changes do not touch it: some of its documents would never be.',
    ],
  ])('are refused when they are touched by %s', (_, view, sentence) => {
    expect(check(view)).toThrow(sentence);
  });

  it('are refused, as rollups are, under a name that is not their own', () => {
    expect(() => checkedViews({ shipments: orders }, rollups)).toThrow(
      'What is registered as shipments calls itself orders.',
    );
    expect(() => checkedViews({ orders }, { carrierDays })).toThrow(
      'What is registered as carrierDays calls itself productDays.',
    );
  });
});
