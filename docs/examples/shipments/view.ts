import type { View } from '../../../mappings/contract.js';
import { renderShipment } from './document.js';
import { type ShipmentDocument, shipments } from './fields.js';

/** Shipped orders, each with the name and city it goes to. */
export const shipmentsView = {
  name: 'shipments',
  keyedBy: { aggregate: 'orders' },
  touchedBy: [
    { by: 'self', aggregate: 'orders' },
    {
      by: 'reference',
      aggregate: 'customers',
      reference: 'customer',
      document: 'order',
      shows: ({ type, data }) => type !== 'customer.updated' || 'name' in data || 'city' in data,
    },
  ],
  load: [
    (orderId, wants) => wants.aggregate('orders', orderId),
    (orderId, wants, loaded) => {
      const { customerId } = loaded.aggregate('orders', orderId);
      if (customerId !== null) wants.aggregate('customers', customerId);
    },
  ],
  render: renderShipment,
  ...shipments,
} satisfies View<ShipmentDocument, 'shipments'>;
