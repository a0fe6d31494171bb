import { describe, it } from 'vitest';
import { history } from '../../view-kit/history.js';
import { given } from '../../view-kit/specification.js';

/** In Shanghai it is the 21st of October from 16:00Z on. */
const event = history('2026-10-20T16:30:00Z');
const created = event('product.created', 'p-1', { name: '苹果手机', category: 'phones', price: 500, currency: 'CNY' });
const lines = [{ lineId: '1', productId: 'p-1', quantity: 3, unitPrice: 500 }];
const placed = event('order.placed', 'o-1', { customerId: 'c-1', currency: 'CNY', lines });
const paid = event('order.paid', 'o-1');
const returned = event('order.returned', 'o-1', { returnId: 'r-1', lines: [{ lineId: '1', quantity: 1 }] });
const sale = [created, placed, paid] as const;

describe('a product', () => {
  it('counts a sale on the day it was paid, and what came back of it', () =>
    given(...sale)
      .when(returned)
      .at('2026-11-01T12:00:00Z', 'Asia/Shanghai')
      .withDuplicates()
      .withLateArrival()
      .shuffled()
      .thenShows('products', 'p-1', {
        sales30d: 3,
        returns30d: 1,
        returnRate30d: 1 / 3,
        revenue30d: { CNY: 1500 },
        revenueLastMonth: { CNY: 1500 },
        salesLastMonth: 3,
      }));

  it('has a sale in its window for thirty days of the business time zone', async () => {
    const window = given(...sale);
    await window.at('2026-11-19T15:59:59Z', 'Asia/Shanghai').thenShows('products', 'p-1', { sales30d: 3 });
    await window.at('2026-11-19T16:00:00Z', 'Asia/Shanghai').thenShows('products', 'p-1', { sales30d: 0 });
  });

  it('has a sale in last month for the whole of the next month', async () => {
    const month = given(...sale);
    const nothing = { salesLastMonth: 0, revenueLastMonth: {} };
    const sold = { salesLastMonth: 3, revenueLastMonth: { CNY: 1500 } };
    await month.at('2026-10-31T15:59:59Z', 'Asia/Shanghai').thenShows('products', 'p-1', nothing);
    await month.at('2026-10-31T16:00:00Z', 'Asia/Shanghai').thenShows('products', 'p-1', sold);
    await month.at('2026-11-30T16:00:00Z', 'Asia/Shanghai').thenShows('products', 'p-1', nothing);
  });

  it('does not count a sale that was cancelled', () =>
    given(...sale)
      .when(event('order.cancelled', 'o-1', { reason: 'no' }))
      .at('2026-11-01T12:00:00Z', 'Asia/Shanghai')
      .withLateArrival()
      .shuffled()
      .thenShows('products', 'p-1', { sales30d: 0, salesLastMonth: 0, revenue30d: {}, revenueLastMonth: {} }));
});
