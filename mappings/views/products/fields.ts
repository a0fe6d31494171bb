import { z } from 'zod';
import { count, flag, id, listOf, money, moneyByCurrency, sources, text, time } from '../fields.js';

/** A product with what it sold; windows are whole business days. */
export const productFields = z.object({
  productId: id,
  name: text.nullable(),
  category: text.nullable(),
  brand: text.nullable(),
  description: text.nullable(),
  tags: listOf(text),
  price: money.nullable(),
  currency: text.nullable(),
  onShelf: flag.nullable(),
  createdAt: time.nullable(),
  updatedAt: time.nullable(),
  sales30d: count.describe('Units of orders that were paid within the last 30 business days, today included.'),
  salesLastMonth: count.describe('Units of orders that were paid in the calendar month before this one.'),
  returns30d: count.describe('Units returned of those that `sales30d` counts.'),
  returnRate30d: z.number().min(0).describe('`returns30d` ÷ `sales30d`, 0 without sales.'),
  revenue30d: moneyByCurrency.describe('Amounts of what `sales30d` counts, in minor units, by currency.'),
  revenueLastMonth: moneyByCurrency.describe('Amounts of what `salesLastMonth` counts, in minor units, by currency.'),
  sources,
});

export type ProductDocument = Readonly<z.output<typeof productFields>>;
