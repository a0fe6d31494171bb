import { ORDER_STATUSES } from '../../aggregates/orders.js';
import { declare } from '../declare.js';
import { count, type DocumentOf, id, listOf, money, moneyByCurrency, oneOf, sources, text, time } from '../kinds.js';

const recentLine = {
  productId: id({ example: 'p-3' }),
  name: text({ nullable: true, example: '苹果手机 iPhone 17 256GB' }),
  quantity: count({ example: 2 }),
  unitPrice: money({ example: 599_900 }),
};

const recentOrder = {
  orderId: id({ example: 'o-1001' }),
  status: oneOf(ORDER_STATUSES, { nullable: true, example: 'shipped' }),
  placedAt: time({ nullable: true, example: '2026-11-01T10:00:00.000Z' }),
  currency: text({ nullable: true, example: 'CNY' }),
  total: money({ example: 1_199_800 }),
  itemCount: count({ example: 2 }),
  lineCount: count({ about: 'How many lines the order has.' }),
  lines: listOf(recentLine, { about: 'The first of them, at most 20.' }),
};

/**
 * A customer with counters over all orders and the newest of them. The order of the fields is that of the collection's
 * indexes: in another one, running generations would be of another shape.
 */
const fields = {
  customerId: id({ filter: 'customerId', search: 'whole', example: 'c-7' }),
  lastOrderAt: time({
    nullable: true,
    time: 'lastOrder',
    sort: 'lastOrderAt',
    missingLast: true,
    example: '2026-11-01T10:00:00.000Z',
  }),
  orderCount: count({ range: 'orderCount', sort: 'orderCount', example: 17 }),
  totalSpent: moneyByCurrency({ range: 'totalSpent', sort: 'totalSpent', example: { CNY: 2_140_350, EUR: 4_990 } }),
  email: text({ nullable: true, personal: true, search: 'whole', example: 'wang.fang@example.com' }),
  phone: text({ nullable: true, personal: true, search: 'whole', example: '+86 138 0000 0000' }),
  name: text({ nullable: true, sort: 'name', search: { weight: 1 }, example: '王芳' }),
  registeredAt: time({
    nullable: true,
    time: 'registered',
    sort: 'registeredAt',
    example: '2025-03-08T04:20:00.000Z',
  }),
  level: text({ nullable: true, filter: 'level', example: 'gold' }),
  city: text({ nullable: true, filter: 'city', example: '杭州' }),
  openOrders: count({ example: 1 }),
  cancelledOrders: count({ example: 2 }),
  recentOrders: listOf(recentOrder, {
    about: 'The newest orders, at most 20; empty for callers without the scope `orders:read`.',
    needs: 'orders:read',
    omitted: true,
  }),
  sources: sources({ example: { 'customers/c-7': 2 } }),
};

export type CustomerDocument = DocumentOf<typeof fields>;
export type RecentOrder = DocumentOf<typeof recentOrder>;

export const customers = declare(
  {
    store: 'mongodb',
    id: 'customerId',
    access: { scope: 'customers:read', customer: 'customerId' },
    defaultSort: '-lastOrderAt',
    relevance: false,
  },
  fields,
);
