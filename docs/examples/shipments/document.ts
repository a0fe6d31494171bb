import type { Loaded, Rendered } from '../../../mappings/contract.js';

/** Where a shipped order is going. */
export interface ShipmentDocument {
  readonly orderId: string;
  readonly carrier: string;
  readonly trackingNo: string | null;
  readonly status: string | null;
  readonly customerName: string | null;
  readonly city: string | null;
}

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
      customerName: customer.name,
      city: order.city ?? customer.city,
    },
  };
}
