import type { Loaded, Rendered } from '../../../mappings/contract.js';
import type { ShipmentDocument } from './fields.js';

export function renderShipment(orderId: string, loaded: Loaded): Rendered<ShipmentDocument> {
  const order = loaded.aggregate('orders', orderId);
  if (order.presence === 'pending') return { kind: 'unfounded' };
  if (order.carrier === null || order.customerId === null) return { kind: 'hidden' };
  const customer = loaded.aggregate('customers', order.customerId);
  return {
    kind: 'visible',
    document: {
      orderId,
      carrier: order.carrier,
      trackingNo: order.trackingNo,
      status: order.status,
      customerId: order.customerId,
      customerName: customer.name,
      city: order.city ?? customer.city,
    },
  };
}
