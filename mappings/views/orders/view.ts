import type { View } from '../../contract.js';
import type { DomainEvent } from '../../events/event.js';
import { orderChangeKeys, renderOrder } from './document.js';
import { type OrderDocument, orders } from './fields.js';

/** Orders, each with its customer and its products. */
export const ordersView = {
  name: 'orders',
  keyedBy: { aggregate: 'orders' },
  touchedBy: [
    { by: 'self', aggregate: 'orders' },
    {
      by: 'reference',
      aggregate: 'customers',
      reference: 'customer',
      document: 'order',
      shows: (event) => showsSequence(event) || writesAny(event, ['name', 'level', 'city']),
    },
    {
      by: 'reference',
      aggregate: 'products',
      reference: 'product',
      document: 'order',
      shows: (event) => showsSequence(event) || writesAny(event, ['name', 'brand', 'category', 'onShelf']),
    },
  ],
  load: [
    (orderId, wants) => wants.aggregate('orders', orderId),
    (orderId, wants, loaded) => {
      const order = loaded.aggregate('orders', orderId);
      if (order.customerId !== null) wants.aggregate('customers', order.customerId);
      for (const { productId } of order.lines) wants.aggregate('products', productId);
    },
  ],
  render: renderOrder,
  changeKeys: orderChangeKeys,
  ...orders,
} satisfies View<OrderDocument, 'orders'>;

/** Order documents show in `sources` the highest sequence of what they join: every numbered event reaches them. */
function showsSequence(event: DomainEvent): boolean {
  return event.sequence > 0;
}

/** Lifecycle events change whether the name is shown at all; shelving events write a register without data. */
function writesAny(event: DomainEvent, registers: readonly string[]): boolean {
  if (event.type !== 'customer.updated' && event.type !== 'product.updated' && event.type !== 'product.priced')
    return true;
  return registers.some((register) => Object.hasOwn(event.data, register));
}
