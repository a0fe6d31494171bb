import type { NaiveCustomer, NaiveOrder } from './documents.js';

const RECENT_ORDERS_MAX = 20;

/** The customer's newest orders, newest first. */
export function putRecentOrder(customer: NaiveCustomer, order: NaiveOrder): void {
  const { orderId, status, placedAt, currency, total, itemCount } = order;
  const lines = order.lines.map(({ productId, name, quantity, unitPrice }) => ({
    productId,
    name,
    quantity,
    unitPrice,
  }));
  customer.recentOrders = [
    ...customer.recentOrders.filter((recent) => recent.orderId !== orderId),
    { orderId, status, placedAt, currency, total, itemCount, lines },
  ]
    .sort((a, b) => (a.placedAt < b.placedAt ? 1 : -1))
    .slice(0, RECENT_ORDERS_MAX);
}
