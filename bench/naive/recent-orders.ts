import type { NaiveCustomer, NaiveOrder } from './documents.js';

const RECENT_ORDERS_MAX = 20;
const RECENT_LINES_MAX = 20;

/** The customer's newest orders, newest first. */
export function putRecentOrder(customer: NaiveCustomer, order: NaiveOrder): void {
  const { orderId, status, placedAt, currency, total, itemCount } = order;
  const lineCount = order.lines.length;
  const lines = order.lines.slice(0, RECENT_LINES_MAX).map(({ productId, name, quantity, unitPrice }) => ({
    productId,
    name,
    quantity,
    unitPrice,
  }));
  customer.recentOrders = [
    ...customer.recentOrders.filter((recent) => recent.orderId !== orderId),
    { orderId, status, placedAt, currency, total, itemCount, lineCount, lines },
  ]
    .sort((a, b) => (a.placedAt < b.placedAt ? 1 : -1))
    .slice(0, RECENT_ORDERS_MAX);
}
