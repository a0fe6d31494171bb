import { z } from 'zod';
import { id, text } from '../../../mappings/views/fields.js';

/** Where a shipped order is going. */
export const shipmentFields = z.object({
  orderId: id,
  carrier: text,
  trackingNo: text.nullable(),
  status: text.nullable(),
  customerId: id,
  customerName: text.nullable(),
  city: text.nullable(),
});

export type ShipmentDocument = Readonly<z.output<typeof shipmentFields>>;
