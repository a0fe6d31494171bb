import { isSale, itemCountOf, returnedAmountOf, totalOf } from '../aggregates/orders.js';
import { dayOf, monthOf } from '../calendar.js';
import type { Contribution, Rollup } from '../contract.js';
import { codePointOrder } from '../events/event.js';
import { CurrencySums } from '../money.js';
import { group } from './group.js';
import type { CustomerMonth, OrderCard } from './summaries.js';

/** The newest orders that a customer document shows, and so the most that one month need keep. */
export const RECENT_ORDERS_MAX = 20;

/**
 * The lines that it shows of each: 20 × 20 product names of 8,000 characters fit into MongoDB's 16 MB, and the lines of
 * one order with 1,000 would not.
 */
export const RECENT_LINES_MAX = 20;

export interface PlacedOrder extends Contribution {
  /** All that a customer document shows of an order, so that rendering it need not read the orders. */
  readonly card: OrderCard;
  /** Currency and amount of a sale, returns subtracted; `null` when the order is no sale. */
  readonly spent: readonly [string, number] | null;
}

/** Gathered before all but the newest are dropped: a large month is sorted in small pieces. */
const NEWEST_GATHERED_MAX = 10 * RECENT_ORDERS_MAX;

const CLOSED: readonly string[] = ['delivered', 'cancelled', 'rejected'];

/** What each customer ordered in each business month, by the month the order was placed. */
export const customerMonths: Rollup<CustomerMonth, PlacedOrder> = {
  name: 'customerMonths',
  ownedBy: 'customers',

  contribute(order, { businessTimeZone }) {
    const { customerId, placedAt, status, currency } = order;
    if (order.presence !== 'present' || customerId === null || placedAt === null || status === null) return [];
    return [
      {
        ...group(customerId, monthOf(dayOf(placedAt, businessTimeZone))),
        card: {
          orderId: order.orderId,
          status,
          placedAt,
          currency,
          total: totalOf(order),
          itemCount: itemCountOf(order),
          lineCount: order.lines.length,
          lines: order.lines
            .slice(0, RECENT_LINES_MAX)
            .map(({ productId, quantity, unitPrice }) => [productId, quantity, unitPrice]),
        },
        spent: isSale(order) && currency !== null ? [currency, totalOf(order) - returnedAmountOf(order)] : null,
      },
    ];
  },

  sum() {
    const counts = { orders: 0, open: 0, cancelled: 0 };
    const spent = new CurrencySums();
    let newest: OrderCard[] = [];
    return {
      add(order) {
        counts.orders += 1;
        if (!CLOSED.includes(order.card.status)) counts.open += 1;
        if (order.card.status === 'cancelled') counts.cancelled += 1;
        if (order.spent !== null) spent.add(...order.spent);
        newest.push(order.card);
        if (newest.length > NEWEST_GATHERED_MAX) newest = newestOf(newest);
      },
      summary: () => ({ ...counts, spent: spent.amounts(), newest: newestOf(newest) }),
    };
  },
};

function newestOf(cards: readonly OrderCard[]): OrderCard[] {
  return cards.toSorted(newestFirst).slice(0, RECENT_ORDERS_MAX);
}

/** Newest first, ties by order id. */
export function newestFirst(a: OrderCard, b: OrderCard): number {
  return b.placedAt - a.placedAt || codePointOrder(a.orderId, b.orderId);
}
