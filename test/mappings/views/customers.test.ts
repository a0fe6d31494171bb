import { describe, it } from 'vitest';
import { history } from '../../view-kit/history.js';
import { given } from '../../view-kit/specification.js';

const event = history('2026-11-20T10:00:00Z');
const registered = event('customer.registered', 'c-1', { name: '王芳', email: 'f@example.com' });
const other = event('customer.registered', 'c-2', { name: 'Ann' });
const created = event('product.created', 'p-1', { name: '苹果手机', category: 'phones', price: 500, currency: 'CNY' });
const lines = [{ lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 500 }];
const placed = event('order.placed', 'o-1', { customerId: 'c-1', currency: 'CNY', lines });
const paid = event('order.paid', 'o-1');

describe('a customer', () => {
  it('counts its orders and shows the newest of them', () =>
    given(registered, created, placed)
      .when(paid)
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .thenShows('customers', 'c-1', {
        orderCount: 1,
        openOrders: 1,
        cancelledOrders: 0,
        totalSpent: { CNY: 500 },
        recentOrders: [{ orderId: 'o-1', total: 500, lines: [{ productId: 'p-1', name: '苹果手机' }] }],
      }));

  it('shows the twenty newest orders, and counts all', () => {
    const orders = Array.from({ length: 23 }, (_, i) =>
      event('order.placed', `o-${100 + i}`, { customerId: 'c-1', currency: 'CNY', lines }),
    );
    const newest = orders.slice(3).reverse();
    return given(registered, ...orders)
      .shuffled(3)
      .thenShows('customers', 'c-1', {
        orderCount: 23,
        recentOrders: newest.map(({ event: { subject } }) => ({ orderId: subject })),
      });
  });

  it('loses an order that is transferred to another, and with it what was spent', async () => {
    const moved = given(registered, other, created, placed, paid)
      .when(event('order.transferred', 'o-1', { customerId: 'c-2' }))
      .withDuplicates()
      .withLateArrival()
      .shuffled();
    await moved.thenShows('customers', 'c-1', { orderCount: 0, totalSpent: {}, recentOrders: [] });
    await moved.thenShows('customers', 'c-2', { orderCount: 1, totalSpent: { CNY: 500 } });
  });

  it('shows the new name of a product in its newest orders', () =>
    given(registered, created, placed)
      .when(event('product.updated', 'p-1', { name: '香蕉手机' }))
      .withLateArrival()
      .shuffled()
      .thenShows('customers', 'c-1', { recentOrders: [{ lines: [{ name: '香蕉手机' }] }] }));

  it('is not shown once it is erased, whatever is delivered later', () =>
    given(registered, placed)
      .when(event('customer.erased', 'c-1'))
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .then('customers', 'c-1', null));
});
