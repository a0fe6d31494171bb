/**
 * A back end for a front end: everything that a page about one order shows, out of one call. The document is joined
 * already, so there is nothing to gather from three services.
 */
import type { ReadModelClient } from '../../../api/client/index.js';

export interface OrderPage {
  readonly title: string;
  readonly status: string;
  readonly customer: string;
  /** In the currency's major unit, for people. */
  readonly total: string;
  readonly lines: readonly { readonly text: string; readonly amount: string }[];
  /** What to tell the visitor when something has not arrived yet. */
  readonly notice: string | null;
}

/**
 * `null` when there is no such order. `placed`: the page is asked for right after the order service has placed the
 * order, as its event of this sequence; then the order is there.
 */
export async function orderPage(
  client: ReadModelClient,
  orderId: string,
  placed?: { readonly sequence: number },
): Promise<OrderPage | null> {
  const waitFor = placed === undefined ? {} : { waitFor: { aggregate: 'orders', id: orderId, ...placed } as const };
  const order = await client.orders.find(orderId, waitFor);
  if (order === null) return null;
  const money = (amount: number) => `${(amount / 100).toFixed(2)} ${order.currency ?? ''}`.trim();
  return {
    title: `Order ${order.orderId}`,
    status: order.status ?? 'unknown',
    customer: order.customer.name ?? 'a customer',
    total: money(order.total),
    lines: order.lines.map(({ name, productId, quantity, amount }) => ({
      text: `${quantity} × ${name ?? productId}`,
      amount: money(amount),
    })),
    notice: order.pending.length === 0 ? null : 'Some details are still on their way.',
  };
}
