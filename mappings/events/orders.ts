/** The events of orders. */
import { z } from 'zod';
import { currency, id, lineList, lines, noData, optional, price, quantity, text } from './fields.js';
import { upcaster } from './upcaster.js';

const orderLines = lines(z.object({ lineId: id, productId: id, quantity, unitPrice: price }));

export const orderEvents = {
  'order.placed': z.object({ customerId: id, currency, lines: orderLines, city: optional(text) }),
  'order.amended': z.object({ lines: orderLines }),
  'order.transferred': z.object({ customerId: id }),
  'order.inventory_locked': noData,
  'order.inventory_rejected': z.object({ reason: text }),
  'order.confirmed': noData,
  'order.paid': z.object({ method: optional(text) }),
  'order.shipped': z.object({ carrier: text, trackingNo: text }),
  'order.delivered': noData,
  'order.cancelled': z.object({ reason: text }),
  'order.returned': z.object({ returnId: id, lines: lines(z.object({ lineId: id, quantity })) }),
  'order.deleted': noData,
};

const PRICE_IN_MAJOR_UNIT = /^[0-9]+\.[0-9]{2}$/;

/** Exact: the digits are moved, no fraction is ever computed. */
function minorUnits(priceText: string): number {
  return Number(priceText.replace('.', ''));
}

const majorPrice = z
  .string()
  .refine((value) => PRICE_IN_MAJOR_UNIT.test(value) && Number.isSafeInteger(minorUnits(value)), {
    error: 'must be a decimal text with two places, such as 199.00, of at most 90071992547409.91',
  });

export const orderUpcasters = [
  upcaster({
    from: 'order.placed.v1',
    to: 'order.placed',
    schema: z.object({
      customer: id,
      currency,
      items: lineList(z.object({ product: id, qty: quantity, price: majorPrice })),
      city: optional(text),
    }),
    upcast: ({ customer, items, ...rest }) => ({
      customerId: customer,
      lines: items.map((item, index) => ({
        lineId: String(index + 1),
        productId: item.product,
        quantity: item.qty,
        unitPrice: minorUnits(item.price),
      })),
      ...rest,
    }),
  }),
];
