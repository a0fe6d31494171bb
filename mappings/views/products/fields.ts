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
  sales30d: count,
  salesLastMonth: count,
  returns30d: count,
  returnRate30d: z.number().min(0),
  revenue30d: moneyByCurrency,
  sources,
});

export type ProductDocument = Readonly<z.output<typeof productFields>>;
