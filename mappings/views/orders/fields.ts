import { ORDER_STATUSES } from '../../aggregates/orders.js';
import { declare } from '../declare.js';
import {
  count,
  type DocumentOf,
  flag,
  id,
  listOf,
  money,
  object,
  oneOf,
  sources,
  text,
  texts,
  time,
} from '../kinds.js';

const customer = {
  customerId: id({ filter: 'customerId', search: 'whole', example: 'c-7' }),
  name: text({ nullable: true, search: { as: 'customerName', weight: 2 }, example: '王芳' }),
  level: text({ nullable: true, filter: 'level', example: 'gold' }),
  city: text({ nullable: true, example: '杭州' }),
  deleted: flag({ index: true, example: false }),
};

const line = {
  lineId: text({ example: '1' }),
  productId: id({ filter: 'productId', search: 'whole', example: 'p-3' }),
  name: text({ nullable: true, search: { as: 'productName', weight: 2 }, example: '苹果手机 iPhone 17 256GB' }),
  brand: text({ nullable: true, example: 'Apple' }),
  category: text({ nullable: true, filter: 'category', example: 'phones' }),
  onShelf: flag({ nullable: true }),
  deleted: flag({ example: false }),
  quantity: count({ example: 2 }),
  unitPrice: money({ example: 599_900 }),
  amount: money({ example: 1_199_800 }),
  returned: count({ example: 0 }),
};

/** An order with its customer and products joined in. */
const fields = {
  orderId: id({ filter: 'orderId', search: 'whole', example: 'o-1001' }),
  status: oneOf(ORDER_STATUSES, { nullable: true, filter: 'status', sort: 'status', example: 'shipped' }),
  placedAt: time({ nullable: true, time: 'placed', sort: 'placedAt', example: '2026-11-01T10:00:00.000Z' }),
  updatedAt: time({ nullable: true, time: 'updated', sort: 'updatedAt', example: '2026-11-02T01:30:12.480Z' }),
  paidAt: time({ nullable: true, index: true, example: '2026-11-01T10:02:41.007Z' }),
  paymentMethod: text({ nullable: true, filter: 'paymentMethod', example: 'alipay' }),
  currency: text({ nullable: true, filter: 'currency', example: 'CNY' }),
  total: money({ range: 'total', currency: 'currency', sort: 'total', example: 1_199_800 }),
  itemCount: count({ index: true, example: 2 }),
  returnedCount: count({ index: true, example: 0 }),
  city: text({
    nullable: true,
    filter: 'city',
    about: "Where the order goes; its customer's own is `customer.city`.",
    example: '上海',
  }),
  cancelReason: text({ nullable: true, example: null }),
  carrier: text({ nullable: true, example: '顺丰' }),
  trackingNo: text({ nullable: true, search: 'whole', example: 'SF1390000000017' }),
  customer: object(customer),
  lines: listOf(line),
  pending: texts({ about: 'What has not arrived yet, such as `customers/c-7`.', example: [] }),
  sources: sources({ example: { 'orders/o-1001': 4, 'customers/c-7': 2, 'products/p-3': 5 } }),
};

export type OrderDocument = DocumentOf<typeof fields>;
export type OrderDocumentLine = DocumentOf<typeof line>;

export const orders = declare(
  {
    store: 'elasticsearch',
    id: 'orderId',
    access: { scope: 'orders:read', customer: 'customer.customerId' },
    defaultSort: '-placedAt',
    relevance: true,
    hidden: { filter: 'status', values: ['cancelled', 'rejected'], unless: 'includeCancelled' },
  },
  fields,
);
