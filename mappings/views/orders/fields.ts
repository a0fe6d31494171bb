import { z } from 'zod';
import { ORDER_STATUSES } from '../../aggregates/orders.js';
import { count, flag, id, listOf, money, sources, text, time } from '../fields.js';

/** An order with its customer and products joined in. */
export const orderFields = z.object({
  orderId: id,
  status: z.enum(ORDER_STATUSES).nullable(),
  placedAt: time.nullable(),
  updatedAt: time.nullable(),
  paidAt: time.nullable(),
  paymentMethod: text.nullable(),
  currency: text.nullable(),
  total: money,
  itemCount: count,
  returnedCount: count,
  city: text.nullable().describe("Where the order goes; its customer's own is `customer.city`."),
  cancelReason: text.nullable(),
  carrier: text.nullable(),
  trackingNo: text.nullable(),
  customer: z
    .object({ customerId: id, name: text.nullable(), level: text.nullable(), city: text.nullable(), deleted: flag })
    .readonly(),
  lines: listOf(
    z
      .object({
        lineId: text,
        productId: id,
        name: text.nullable(),
        brand: text.nullable(),
        category: text.nullable(),
        onShelf: flag.nullable(),
        deleted: flag,
        quantity: count,
        unitPrice: money,
        amount: money,
        returned: count,
      })
      .readonly(),
  ),
  pending: listOf(text).describe('What has not arrived yet, such as `customers/c-7`.'),
  sources,
});

export type OrderDocument = Readonly<z.output<typeof orderFields>>;
export type OrderDocumentLine = OrderDocument['lines'][number];
