/** The events of products. */
import { z } from 'zod';
import { currency, leftOut, noData, optional, price, tags, text } from './fields.js';

const description = { brand: optional(text), description: optional(text), tags: optional(tags) };

export const productEvents = {
  'product.created': z.object({
    name: text,
    category: text,
    price,
    currency,
    ...description,
    onShelf: optional(z.boolean()),
  }),
  'product.updated': z.object({ name: leftOut(text), category: leftOut(text), ...description }),
  'product.priced': z.object({ price, currency: optional(currency) }),
  'product.shelved': noData,
  'product.unshelved': noData,
  'product.deleted': noData,
};
