import { isSale } from '../aggregates/orders.js';
import { addDays, dayOf, monthOf, previousMonth } from '../calendar.js';
import type { Contribution, Rollup } from '../contract.js';
import { add, CurrencySums } from '../money.js';
import { group } from './group.js';
import type { ProductDay } from './summaries.js';

/** The days of the sliding window, today included. */
export const WINDOW_DAYS = 30;

export interface Sale extends Contribution {
  readonly sold: number;
  readonly returned: number;
  readonly currency: string;
  readonly revenue: number;
}

/** The first day of the sliding window that ends today. */
export function windowStart(today: string): string {
  return addDays(today, 1 - WINDOW_DAYS);
}

/** What each product sold on each business day, by the day its order was paid. */
export const productDays: Rollup<ProductDay, Sale> = {
  name: 'productDays',
  ownedBy: 'products',

  contribute(order, { businessTimeZone }) {
    if (order.presence !== 'present' || !isSale(order) || order.paidAt === null || order.currency === null) return [];
    const period = dayOf(order.paidAt, businessTimeZone);
    const sales = new Map<string, Sale>();
    for (const line of order.lines) {
      const sale = sales.get(line.productId);
      sales.set(line.productId, {
        ...group(line.productId, period),
        sold: add(sale?.sold ?? 0, line.quantity),
        returned: add(sale?.returned ?? 0, line.returned),
        currency: order.currency,
        revenue: add(sale?.revenue ?? 0, line.amount),
      });
    }
    return [...sales.values()];
  },

  sum() {
    let sold = 0;
    let returned = 0;
    const revenue = new CurrencySums();
    return {
      add(sale) {
        sold = add(sold, sale.sold);
        returned = add(returned, sale.returned);
        revenue.add(sale.currency, sale.revenue);
      },
      summary: () => ({ sold, returned, revenue: revenue.amounts() }),
    };
  },

  firstPeriodRead(today) {
    const lastMonth = `${previousMonth(monthOf(today))}-01`;
    const window = windowStart(today);
    return lastMonth < window ? lastMonth : window;
  },

  periodsMoved(before, today) {
    const left = { from: windowStart(before), to: addDays(windowStart(today), -1) };
    const entered = { from: addDays(before, 1), to: today };
    if (monthOf(before) === monthOf(today)) return [left, entered];
    const months = [before, today].map((day) => previousMonth(monthOf(day)));
    return [left, entered, ...months.map((month) => ({ from: `${month}-01`, to: `${month}-31` }))];
  },
};
