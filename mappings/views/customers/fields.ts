import { z } from 'zod';
import { ORDER_STATUSES } from '../../aggregates/orders.js';
import { count, fieldMarks, id, listOf, money, moneyByCurrency, personalText, sources, text, time } from '../fields.js';

const recentOrderFields = z.object({
  orderId: id,
  status: z.enum(ORDER_STATUSES).nullable(),
  placedAt: time.nullable(),
  currency: text.nullable(),
  total: money,
  itemCount: count,
  lineCount: count.describe('How many lines the order has.'),
  lines: listOf(
    z.object({ productId: id, name: text.nullable(), quantity: count, unitPrice: money }).readonly(),
  ).describe('The first of them, at most 20.'),
});

/** A customer with counters over all orders and the newest of them. */
export const customerFields = z.object({
  customerId: id,
  name: text.nullable(),
  email: personalText,
  phone: personalText,
  level: text.nullable(),
  city: text.nullable(),
  registeredAt: time.nullable(),
  orderCount: count,
  openOrders: count,
  cancelledOrders: count,
  lastOrderAt: time.nullable(),
  totalSpent: moneyByCurrency,
  recentOrders: listOf(recentOrderFields.readonly())
    .describe('The newest orders, at most 20; empty for callers without the scope `orders:read`.')
    .register(fieldMarks, { needs: 'orders:read' }),
  sources,
});

export type CustomerDocument = Readonly<z.output<typeof customerFields>>;
export type RecentOrder = CustomerDocument['recentOrders'][number];
