import { isSale, returnedAmountOf, totalOf } from '../aggregates/orders.js';
import { dayOf, monthOf } from '../calendar.js';
import type { Contribution, Rollup } from '../contract.js';
import { codePointOrder } from '../events/event.js';
import { sumByCurrency } from '../money.js';

/** The newest orders that a customer document shows, and so the most that one month need keep. */
export const RECENT_ORDERS_MAX = 20;

interface PlacedOrder extends Contribution {
  readonly placedAt: number;
  readonly open: boolean;
  readonly cancelled: boolean;
  /** Currency and amount of a sale, returns subtracted; `null` when the order is no sale. */
  readonly spent: readonly [string, number] | null;
}

const CLOSED: readonly string[] = ['delivered', 'cancelled', 'rejected'];

/** What each customer ordered in each business month, by the month the order was placed. */
export const customerMonths: Rollup<'customerMonths', PlacedOrder> = {
  name: 'customerMonths',

  contribute(order, { businessTimeZone }) {
    const { customerId, placedAt, status, currency } = order;
    if (order.presence !== 'present' || customerId === null || placedAt === null || status === null) return [];
    return [
      {
        owner: customerId,
        period: monthOf(dayOf(placedAt, businessTimeZone)),
        placedAt,
        open: !CLOSED.includes(status),
        cancelled: status === 'cancelled',
        spent: isSale(order) && currency !== null ? [currency, totalOf(order) - returnedAmountOf(order)] : null,
      },
    ];
  },

  summarize(members) {
    return {
      orders: members.length,
      open: members.filter(({ contribution }) => contribution.open).length,
      cancelled: members.filter(({ contribution }) => contribution.cancelled).length,
      spent: sumByCurrency(
        members.flatMap(({ contribution }) => (contribution.spent === null ? [] : [contribution.spent])),
      ),
      newest: members
        .map(({ orderId, contribution }) => [orderId, contribution.placedAt] as const)
        .sort(newestFirst)
        .slice(0, RECENT_ORDERS_MAX),
    };
  },
};

/** Newest first, ties by order id. */
export function newestFirst(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || codePointOrder(a[0], b[0]);
}
