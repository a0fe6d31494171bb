import { describe, expect, it } from 'vitest';
import { messageOf } from '../../bench/feed.js';
import { SyntheticShop } from '../../bench/synthetic-shop.js';
import { Versions } from '../../bench/versions.js';
import type { SampleEvent } from '../../sample/events.js';

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const TIME = Date.parse('2026-11-01T10:00:00.000Z');

function projecting() {
  const versions = new Versions(SETTINGS);
  let offset = 0;
  /** What the event touches, as `view/id`. */
  return (event: SampleEvent): string[] => {
    const { key, value } = messageOf(event);
    const touched = versions.next({
      aggregate: event.topic,
      topic: event.topic,
      partition: 0,
      offset: offset++,
      timestamp: TIME,
      key: Buffer.from(key),
      value: Buffer.from(value),
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    return [...touched.byView].flatMap(([view, ids]) => [...ids].map((id) => `${view}/${id}`)).sort();
  };
}

describe('every version', () => {
  const shop = new SyntheticShop('versions');
  const touch = projecting();
  touch(shop.register('c-1', TIME));
  touch(shop.create('p-1', TIME));
  touch(shop.create('p-2', TIME));

  it('of an order touches its customer, and its products once it is a sale', () => {
    expect(touch(shop.place('o-1', 'c-1', ['p-1', 'p-2'], TIME))).toEqual(['customers/c-1', 'orders/o-1']);
    const sale = ['customers/c-1', 'orders/o-1', 'products/p-1', 'products/p-2'];
    expect(touch(shop.pay('o-1', TIME))).toEqual(sale);
  });

  it('of a product touches the orders that have it, and the customers who are shown its name', () => {
    touch(shop.place('o-2', 'c-1', ['p-1'], TIME));
    const priced = { type: 'product.priced', data: { price: 1 } };
    expect(touch(shop.next('products', 'p-1', priced, TIME))).toEqual(['orders/o-1', 'orders/o-2', 'products/p-1']);
    const renamed = { type: 'product.updated', data: { name: 'New' } };
    expect(touch(shop.next('products', 'p-2', renamed, TIME))).toEqual(['customers/c-1', 'orders/o-1', 'products/p-2']);
  });

  it('no longer touches an order that has left the product', () => {
    const lines = [{ lineId: '1', productId: 'p-2', quantity: 1, unitPrice: 1 }];
    touch(shop.next('orders', 'o-2', { type: 'order.amended', data: { lines } }, TIME));
    const priced = { type: 'product.priced', data: { price: 2 } };
    expect(touch(shop.next('products', 'p-1', priced, TIME))).toEqual(['orders/o-1', 'products/p-1']);
  });

  it('of what breaks the contract touches nothing', () => {
    expect(touch(shop.next('orders', 'o-1', { type: 'order.unheard_of' }, TIME))).toEqual([]);
  });
});
