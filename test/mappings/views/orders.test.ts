import { describe, it } from 'vitest';
import { history } from '../../view-kit/history.js';
import { given } from '../../view-kit/specification.js';

const event = history('2026-11-20T10:00:00Z');
const registered = event('customer.registered', 'c-1', { name: '王芳', level: 'gold', city: '上海' });
const created = event('product.created', 'p-1', {
  name: '苹果手机',
  category: 'phones',
  price: 500,
  currency: 'CNY',
  onShelf: true,
});
const placed = event('order.placed', 'o-1', {
  customerId: 'c-1',
  currency: 'CNY',
  city: '北京',
  lines: [{ lineId: '1', productId: 'p-1', quantity: 2, unitPrice: 500 }],
});
const paid = event('order.paid', 'o-1', { method: 'card' });
const shipped = event('order.shipped', 'o-1', { carrier: 'SF', trackingNo: '7' });
const returned = event('order.returned', 'o-1', { returnId: 'r-1', lines: [{ lineId: '1', quantity: 1 }] });
const cancelled = event('order.cancelled', 'o-1', { reason: '不想要了' });

describe('an order', () => {
  it('shows its customer and its products, in whatever order they arrive', () =>
    given(registered, created)
      .when(placed)
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .then('orders', 'o-1', {
        orderId: 'o-1',
        status: 'pending',
        placedAt: placed.event.time,
        updatedAt: placed.event.time,
        paidAt: null,
        paymentMethod: null,
        currency: 'CNY',
        total: 1000,
        itemCount: 2,
        returnedCount: 0,
        city: '北京',
        cancelReason: null,
        carrier: null,
        trackingNo: null,
        customer: { customerId: 'c-1', name: '王芳', level: 'gold', city: '上海', deleted: false },
        lines: [
          {
            ...{ lineId: '1', productId: 'p-1', quantity: 2, unitPrice: 500, amount: 1000, returned: 0 },
            ...{ name: '苹果手机', brand: null, category: 'phones', onShelf: true, deleted: false },
          },
        ],
        pending: [],
        sources: { 'orders/o-1': 1, 'customers/c-1': 1, 'products/p-1': 1 },
      }));

  it('says what has not arrived yet', () =>
    given(placed).thenShows('orders', 'o-1', {
      customer: { customerId: 'c-1', name: null, deleted: false },
      pending: ['customers/c-1', 'products/p-1'],
    }));

  it('follows its own events by their order, not by their arrival', () =>
    given(registered, created, placed)
      .when(paid, shipped, returned)
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .thenShows('orders', 'o-1', {
        status: 'shipped',
        carrier: 'SF',
        returnedCount: 1,
        paidAt: paid.event.time,
        paymentMethod: 'card',
      }));

  it('keeps the last known name of a customer that is deleted', () =>
    given(registered, created, placed)
      .when(event('customer.deleted', 'c-1'))
      .withLateArrival()
      .shuffled()
      .thenShows('orders', 'o-1', { customer: { name: '王芳', deleted: true } }));

  it('forgets the name of a customer that is erased, and stays so', () =>
    given(registered, created, placed)
      .when(event('customer.erased', 'c-1'))
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .thenShows('orders', 'o-1', { customer: { customerId: 'c-1', name: null, deleted: true } }));

  it('is not shown when it is deleted, whatever comes late', () =>
    given(registered, placed, paid)
      .when(event('order.deleted', 'o-1'))
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .then('orders', 'o-1', null));

  it('keeps the reason of its cancellation', () =>
    given(placed)
      .when(cancelled)
      .shuffled()
      .thenShows('orders', 'o-1', { status: 'cancelled', cancelReason: '不想要了' }));
});
