import { describe, expect, it } from 'vitest';
import { views } from '../mappings/registry.js';
import { oracleOf, recompute } from './recomputation.js';
import type { PublishedEvent, Topic } from './recomputation-documents.js';

const NOW = Date.parse('2026-11-15T12:00:00Z');
let published = 0;

/** `sequence` 0 stands for none. */
function event(
  subject: string,
  type: string,
  sequence: number,
  data: unknown = undefined,
  time = '2026-11-10T08:00:00Z',
): PublishedEvent {
  published += 1;
  const envelope = { id: `e-${published}`, type, subject, time, data };
  const topic = `${type.split('.')[0]}s` as Topic;
  return { topic, event: sequence === 0 ? envelope : { ...envelope, sequence: String(sequence) } };
}
const line = (lineId: string, productId: string, quantity: number, unitPrice: number) => {
  return { lineId, productId, quantity, unitPrice };
};
const placed = (lines: unknown[], time?: string) =>
  event('o-1', 'order.placed', 1, { customerId: 'c-7', currency: 'CNY', lines }, time);
const customer = () => event('c-7', 'customer.registered', 1, { name: '王芳', level: 'gold', city: '上海' });
const phone = () =>
  event('p-3', 'product.created', 2, { name: '苹果手机', category: 'phones', price: 19900, currency: 'CNY' });
const recomputed = (...events: PublishedEvent[]) => recompute(events, { now: NOW });

describe('recomputation', () => {
  it('says of every view what it should show, and which file is missing for one that it does not know', async () => {
    expect(Object.keys(recomputed())).toEqual(Object.keys(views));
    await expect(oracleOf('carriers')).rejects.toThrow('Add test/oracle/carriers.ts');
  });

  it('joins an order with its customer and products, whatever the order of arrival', () => {
    const tea = event('p-4', 'product.created', 1, {
      ...{
        name: '龙井茶',
        category: 'tea',
        price: 800,
        currency: 'CNY',
        brand: '狮峰',
        onShelf: true,
        tags: ['green'],
      },
    });
    const events = [placed([line('1', 'p-3', 2, 19900), line('2', 'p-4', 1, 800)]), tea, phone(), customer()];
    const { orders, products, customers } = recomputed(...events, ...events);
    expect(orders.get('o-1')).toEqual({
      orderId: 'o-1',
      status: 'pending',
      placedAt: '2026-11-10T08:00:00.000Z',
      updatedAt: '2026-11-10T08:00:00.000Z',
      paidAt: null,
      currency: 'CNY',
      total: 40600,
      itemCount: 3,
      returnedCount: 0,
      paymentMethod: null,
      city: null,
      cancelReason: null,
      carrier: null,
      trackingNo: null,
      customer: { customerId: 'c-7', name: '王芳', level: 'gold', city: '上海', deleted: false },
      lines: [
        {
          ...{ lineId: '1', productId: 'p-3', name: '苹果手机', brand: null, category: 'phones', onShelf: false },
          ...{ deleted: false, quantity: 2, unitPrice: 19900, amount: 39800, returned: 0 },
        },
        {
          ...{ lineId: '2', productId: 'p-4', name: '龙井茶', brand: '狮峰', category: 'tea', onShelf: true },
          ...{ deleted: false, quantity: 1, unitPrice: 800, amount: 800, returned: 0 },
        },
      ],
      pending: [],
      sources: { 'orders/o-1': 1, 'customers/c-7': 1, 'products/p-3': 2, 'products/p-4': 1 },
    });
    expect(products.get('p-3')).toEqual({
      ...{ productId: 'p-3', name: '苹果手机', category: 'phones', brand: null, description: null, tags: [] },
      ...{ price: 19900, currency: 'CNY', onShelf: false, sales30d: 0, salesLastMonth: 0, returns30d: 0 },
      ...{ createdAt: '2026-11-10T08:00:00.000Z', updatedAt: '2026-11-10T08:00:00.000Z' },
      ...{ returnRate30d: 0, revenue30d: {}, revenueLastMonth: {}, sources: { 'products/p-3': 2 } },
    });
    expect(customers.get('c-7')).toEqual({
      ...{ customerId: 'c-7', name: '王芳', email: null, phone: null, level: 'gold', city: '上海' },
      ...{ registeredAt: '2026-11-10T08:00:00.000Z', orderCount: 1, openOrders: 1, cancelledOrders: 0 },
      ...{ lastOrderAt: '2026-11-10T08:00:00.000Z', totalSpent: {}, sources: { 'customers/c-7': 1 } },
      recentOrders: [
        {
          ...{ orderId: 'o-1', status: 'pending', placedAt: '2026-11-10T08:00:00.000Z', currency: 'CNY' },
          ...{ total: 40600, itemCount: 3, lineCount: 2 },
          lines: [
            { productId: 'p-3', name: '苹果手机', quantity: 2, unitPrice: 19900 },
            { productId: 'p-4', name: '龙井茶', quantity: 1, unitPrice: 800 },
          ],
        },
      ],
    });
  });

  it('lists a customer and products that have not arrived as pending, each once', () => {
    const lines = [line('1', 'p-9', 1, 5), line('2', 'p-3', 1, 5), line('3', 'p-9', 1, 5)];
    const { orders, customers } = recomputed(placed(lines), event('c-7', 'customer.updated', 2, { name: '王芳' }));
    expect(orders.get('o-1')?.pending).toEqual(['customers/c-7', 'products/p-9', 'products/p-3']);
    expect(orders.get('o-1')?.customer).toEqual({
      ...{ customerId: 'c-7', name: null, level: null, city: null, deleted: false },
    });
    expect(orders.get('o-1')?.lines[0]?.onShelf).toBeNull();
    expect(orders.get('o-1')?.sources).toEqual({
      ...{ 'orders/o-1': 1, 'customers/c-7': 2, 'products/p-9': null, 'products/p-3': null },
    });
    expect(customers.size).toBe(0);
  });

  it('shows no document before the founding event', () => {
    const { orders } = recomputed(event('o-1', 'order.paid', 2));
    expect(orders.size).toBe(0);
  });

  it('orders events by sequence as a number, then time, then id, and clears with null only', () => {
    const { customers } = recomputed(
      event('c-7', 'customer.updated', 10, { city: 'Berlin', level: null }, '2026-11-01T00:00:00Z'),
      event('c-7', 'customer.updated', 9, { city: 'Paris' }, '2026-11-12T00:00:00Z'),
      event('c-7', 'customer.updated', 0, { city: 'Rome', phone: '110' }, '2026-11-13T00:00:00Z'),
      customer(),
    );
    const document = customers.get('c-7');
    expect(document).toMatchObject({ city: 'Berlin', level: null, phone: '110', email: null });
  });

  it('caps what comes back at what was sold, and counts a return once', () => {
    const returned = (sequence: number, returnId: string, lines: unknown[]) =>
      event('o-1', 'order.returned', sequence, { returnId, lines });
    const { orders, customers } = recomputed(
      customer(),
      placed([line('1', 'p-3', 3, 100), line('2', 'p-4', 5, 10)]),
      event('o-1', 'order.paid', 2),
      returned(3, 'r-1', [{ lineId: '1', quantity: 2 }]),
      returned(4, 'r-2', [
        { lineId: '1', quantity: 2 },
        { lineId: '7', quantity: 9 },
      ]),
      returned(5, 'r-3', [{ lineId: '2', quantity: 4 }]),
      returned(6, 'r-3', [{ lineId: '2', quantity: 1 }]),
    );
    expect(orders.get('o-1')?.lines.map((l) => l.returned)).toEqual([3, 1]);
    expect(orders.get('o-1')?.returnedCount).toBe(4);
    expect(customers.get('c-7')?.totalSpent).toEqual({ CNY: 40 });
  });

  it('brings a deleted order back without what was written before the delete', () => {
    const before = [
      placed([line('1', 'p-3', 2, 100)]),
      event('o-1', 'order.paid', 2),
      event('o-1', 'order.returned', 3, { returnId: 'r-1', lines: [{ lineId: '1', quantity: 1 }] }),
      event('o-1', 'order.deleted', 4),
    ];
    expect(recomputed(...before).orders.size).toBe(0);
    const again = { customerId: 'c-8', currency: 'EUR', lines: [line('1', 'p-3', 2, 100)] };
    const order = recomputed(event('o-1', 'order.placed', 5, again), ...before).orders.get('o-1');
    expect(order).toMatchObject({ status: 'pending', paidAt: null, returnedCount: 0, currency: 'EUR' });
    expect(order?.sources['orders/o-1']).toBe(5);
  });

  it('keeps only the last known name of what is deleted, and is never pending for it', () => {
    const { orders, customers, products } = recomputed(
      placed([line('1', 'p-3', 1, 100)]),
      customer(),
      event('c-7', 'customer.deleted', 2),
      event('p-3', 'product.deleted', 1),
    );
    expect(orders.get('o-1')).toMatchObject({
      customer: { customerId: 'c-7', name: '王芳', level: null, city: null, deleted: true },
      lines: [{ name: null, deleted: true, onShelf: null }],
      pending: [],
    });
    expect(customers.size + products.size).toBe(0);
  });

  it('forgets an erased customer, also after a later delete, until the id is registered again', () => {
    const before = [
      placed([line('1', 'p-3', 1, 100)]),
      customer(),
      event('c-7', 'customer.erased', 2),
      event('c-7', 'customer.deleted', 3),
    ];
    const erased = recomputed(...before);
    expect(erased.orders.get('o-1')?.customer).toEqual({
      ...{ customerId: 'c-7', name: null, level: null, city: null, deleted: true },
    });
    expect(erased.customers.size).toBe(0);
    const again = event('c-7', 'customer.registered.v1', 4, { firstName: 'Ada', lastName: 'Li' });
    expect(recomputed(again, ...before).customers.get('c-7')).toMatchObject({
      name: 'Ada Li',
      level: null,
      city: null,
    });
  });

  it('counts a transferred order for its present customer alone', () => {
    const { customers } = recomputed(
      customer(),
      event('c-8', 'customer.registered', 1, { name: 'Bob' }),
      placed([line('1', 'p-3', 1, 100)]),
      event('o-1', 'order.paid', 2),
      event('o-1', 'order.transferred', 3, { customerId: 'c-8' }),
    );
    expect(customers.get('c-7')).toMatchObject({ orderCount: 0, lastOrderAt: null, totalSpent: {}, recentOrders: [] });
    expect(customers.get('c-8')).toMatchObject({ orderCount: 1, totalSpent: { CNY: 100 } });
  });

  it('adds up the sales of the last thirty business days and of the previous month', () => {
    const sale = (id: string, paidAt: string, quantity: number, currency = 'CNY', then = 'order.confirmed') => [
      event(id, 'order.placed', 1, { customerId: 'c-7', currency, lines: [line('1', 'p-3', quantity, 10)] }),
      event(id, 'order.paid', 2, { method: 'card' }, paidAt),
      event(id, then, 3, { reason: 'changed my mind' }),
    ];
    const events = [
      phone(),
      ...sale('o-1', '2026-11-15T23:59:59.999Z', 1),
      ...sale('o-2', '2026-10-17T00:00:00Z', 2, 'USD'),
      ...sale('o-3', '2026-10-16T23:59:59.999Z', 4),
      ...sale('o-4', '2026-11-16T00:00:00Z', 8),
      ...sale('o-5', '2026-10-01T00:00:00Z', 16),
      ...sale('o-6', '2026-09-30T23:59:59Z', 32),
      ...sale('o-7', '2026-11-01T00:00:00Z', 64, 'CNY', 'order.cancelled'),
      event('o-2', 'order.returned', 4, { returnId: 'r', lines: [{ lineId: '1', quantity: 1 }] }),
    ];
    expect(recompute(events, { now: NOW }).products.get('p-3')).toMatchObject({
      ...{ sales30d: 3, salesLastMonth: 22, returns30d: 1, returnRate30d: 1 / 3, revenue30d: { CNY: 10, USD: 20 } },
      revenueLastMonth: { CNY: (4 + 16) * 10, USD: 20 },
    });
    const inShanghai = recompute(events, { now: NOW, timeZone: 'Asia/Shanghai' }).products.get('p-3');
    expect(inShanghai).toMatchObject({ sales30d: 6, salesLastMonth: 2 + 4 + 16 + 32 });
  });

  it('keeps the newest twenty orders, cancelled ones included, ties by id', () => {
    const events = Array.from({ length: 23 }, (_, i) => {
      const time = `2026-11-${String(1 + Math.floor(i / 2)).padStart(2, '0')}T00:00:00Z`;
      const data = { customerId: 'c-7', currency: 'CNY', lines: [line('1', 'p-3', 1, 1)] };
      return event(`o-${String(i).padStart(2, '0')}`, 'order.placed', 1, data, time);
    });
    const cancelled = event('o-22', 'order.cancelled', 2, { reason: 'late' });
    const document = recomputed(customer(), ...events, cancelled).customers.get('c-7');
    expect(document).toMatchObject({ orderCount: 23, openOrders: 22, cancelledOrders: 1 });
    const newest = '22 20 21 18 19 16 17 14 15 12 13 10 11 08 09 06 07 04 05 02'.split(' ').map((n) => `o-${n}`);
    expect(document?.recentOrders.map((order) => order.orderId)).toEqual(newest);
  });

  it('upcasts the older order shape, skips unknown types, and stops sums at 2^53 - 1', () => {
    const { orders } = recomputed(
      event('o-1', 'order.placed.v1', 1, {
        ...{ customer: 'c-7', currency: 'JPY', items: [{ product: 'p-3', qty: 2, price: '1099.50' }] },
      }),
      event('o-1', 'order.gift_wrapped', 2, { lines: [] }),
      event('o-2', 'order.placed', 1, {
        ...{ customerId: 'c-7', currency: 'CNY', lines: [line('1', 'p-3', 2, Number.MAX_SAFE_INTEGER)] },
      }),
    );
    expect(orders.get('o-1')).toMatchObject({ total: 219900, lines: [{ lineId: '1', unitPrice: 109950 }] });
    expect(orders.get('o-1')?.sources['orders/o-1']).toBe(1);
    expect(orders.get('o-2')?.total).toBe(Number.MAX_SAFE_INTEGER);
  });
});
