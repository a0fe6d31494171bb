import { declare } from '../declare.js';
import {
  count,
  type DocumentOf,
  decimal,
  flag,
  id,
  money,
  moneyByCurrency,
  sources,
  text,
  texts,
  time,
} from '../kinds.js';

/** A product with what it sold; windows are whole business days. */
const fields = {
  productId: id({ filter: 'productId', search: 'whole', example: 'p-3' }),
  name: text({
    nullable: true,
    sort: 'name',
    search: { weight: 16, exact: 100 },
    suggest: true,
    example: '苹果手机 iPhone 17 256GB',
  }),
  category: text({ nullable: true, filter: 'category', search: { weight: 4, exact: 4 }, example: 'phones' }),
  brand: text({ nullable: true, filter: 'brand', search: { weight: 4, exact: 2 }, example: 'Apple' }),
  description: text({
    nullable: true,
    search: { weight: 1, long: true },
    example: '6.3 英寸屏幕, 256GB. Phone with two SIM cards.',
  }),
  tags: texts({ filter: 'tag', search: { weight: 4, exact: 1 }, example: ['5G', '智能'] }),
  price: money({ nullable: true, range: 'price', currency: 'currency', sort: 'price', example: 599_900 }),
  currency: text({ nullable: true, filter: 'currency', example: 'CNY' }),
  onShelf: flag({ nullable: true, filter: 'onShelf', example: true }),
  createdAt: time({ nullable: true, time: 'created', sort: 'createdAt', example: '2026-09-20T02:00:00.000Z' }),
  updatedAt: time({ nullable: true, time: 'updated', example: '2026-10-30T08:15:00.000Z' }),
  sales30d: count({
    range: 'sales30d',
    sort: 'sales30d',
    example: 128,
    about: 'Units of orders that were paid within the last 30 business days, today included.',
  }),
  salesLastMonth: count({
    range: 'salesLastMonth',
    sort: 'salesLastMonth',
    example: 96,
    about: 'Units of orders that were paid in the calendar month before this one.',
  }),
  returns30d: count({ index: true, about: 'Units returned of those that `sales30d` counts.', example: 4 }),
  returnRate30d: decimal({
    range: 'returnRate30d',
    sort: 'returnRate30d',
    example: 0.03125,
    about: '`returns30d` ÷ `sales30d`, 0 without sales.',
  }),
  revenue30d: moneyByCurrency({
    range: 'revenue30d',
    sort: 'revenue30d',
    example: { CNY: 76_787_200 },
    about: 'Amounts of what `sales30d` counts, in minor units, by currency.',
  }),
  revenueLastMonth: moneyByCurrency({
    range: 'revenueLastMonth',
    sort: 'revenueLastMonth',
    example: { CNY: 57_590_400 },
    about: 'Amounts of what `salesLastMonth` counts, in minor units, by currency.',
  }),
  sources: sources({ example: { 'products/p-3': 5 } }),
};

export type ProductDocument = DocumentOf<typeof fields>;

export const products = declare(
  {
    store: 'elasticsearch',
    id: 'productId',
    access: { scope: 'products:read' },
    defaultSort: '-sales30d',
    relevance: true,
  },
  fields,
);
