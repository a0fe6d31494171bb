/** A small shop, shown in the documentation: documents as the API answers them. */
import type { View, ViewName } from '../../mappings/contract.js';
import type { CustomerDocument } from '../../mappings/views/customers/fields.js';
import type { OrderDocument } from '../../mappings/views/orders/fields.js';
import type { ProductDocument } from '../../mappings/views/products/fields.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';

const order: OrderDocument = {
  orderId: 'o-1001',
  status: 'shipped',
  placedAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-02T01:30:12.480Z',
  paidAt: '2026-11-01T10:02:41.007Z',
  paymentMethod: 'alipay',
  currency: 'CNY',
  total: 607_800,
  itemCount: 3,
  returnedCount: 0,
  city: '上海',
  cancelReason: null,
  carrier: '顺丰',
  trackingNo: 'SF1390000000017',
  customer: { customerId: 'c-7', name: '王芳', level: 'gold', city: '杭州', deleted: false },
  lines: [
    {
      lineId: '1',
      productId: 'p-3',
      name: '苹果手机 iPhone 17 256GB',
      brand: 'Apple',
      category: 'phones',
      onShelf: true,
      deleted: false,
      quantity: 1,
      unitPrice: 599_900,
      amount: 599_900,
      returned: 0,
    },
    {
      lineId: '2',
      productId: 'p-12',
      name: '手机壳 Phone case',
      brand: '绿联',
      category: 'accessories',
      onShelf: true,
      deleted: false,
      quantity: 2,
      unitPrice: 3_950,
      amount: 7_900,
      returned: 0,
    },
  ],
  pending: [],
  sources: { 'orders/o-1001': 4, 'customers/c-7': 2, 'products/p-3': 5, 'products/p-12': 1 },
};

const product: ProductDocument = {
  productId: 'p-3',
  name: '苹果手机 iPhone 17 256GB',
  category: 'phones',
  brand: 'Apple',
  description: '6.3 英寸屏幕, 256GB. Phone with two SIM cards.',
  tags: ['5G', '智能'],
  price: 599_900,
  currency: 'CNY',
  onShelf: true,
  createdAt: '2026-09-20T02:00:00.000Z',
  updatedAt: '2026-10-30T08:15:00.000Z',
  sales30d: 128,
  salesLastMonth: 96,
  returns30d: 4,
  returnRate30d: 0.03125,
  revenue30d: { CNY: 76_787_200 },
  revenueLastMonth: { CNY: 57_590_400 },
  sources: { 'products/p-3': 5 },
};

const customer: CustomerDocument = {
  customerId: 'c-7',
  name: '王芳',
  email: 'wang.fang@example.com',
  phone: '+86 138 0000 0000',
  level: 'gold',
  city: '杭州',
  registeredAt: '2025-03-08T04:20:00.000Z',
  orderCount: 17,
  openOrders: 1,
  cancelledOrders: 2,
  lastOrderAt: '2026-11-01T10:00:00.000Z',
  totalSpent: { CNY: 2_140_350, EUR: 4_990 },
  recentOrders: [
    {
      orderId: 'o-1001',
      status: 'shipped',
      placedAt: '2026-11-01T10:00:00.000Z',
      currency: 'CNY',
      total: 607_800,
      itemCount: 3,
      lineCount: 2,
      lines: [
        { productId: 'p-3', name: '苹果手机 iPhone 17 256GB', quantity: 1, unitPrice: 599_900 },
        { productId: 'p-12', name: '手机壳 Phone case', quantity: 2, unitPrice: 3_950 },
      ],
    },
  ],
  sources: { 'customers/c-7': 2 },
};

const shop: { readonly [Name in ViewName]?: unknown } = { orders: order, products: product, customers: customer };

/** A document of the view: the shop's, or, for a view that the shop does not know, any that its schema allows. */
export function exampleOf({ name, queries }: View): unknown {
  return shop[name] ?? anyOf(jsonSchemaOf(queries.fields));
}

function anyOf(schema: JsonSchema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, anyOf(inner as JsonSchema)]),
      );
    case 'array':
      return [anyOf(schema.items as JsonSchema)];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'string':
      return schema.format === 'date-time' ? '2026-11-01T10:00:00.000Z' : 'example';
    default:
      return null;
  }
}

/** The value at a path of the example as it is stored: what a filter, range or sort by that field may be given. */
export function storedExample(view: View, path: string): unknown {
  return firstAt(view.toStored(exampleOf(view), { businessTimeZone: 'UTC', reportingCurrency: 'CNY' }), path);
}

/** The value at a path of the example as it is answered. */
export function shownExample(view: View, path: string): unknown {
  return firstAt(exampleOf(view), path);
}

/** Of lists the first element. */
function firstAt(document: unknown, path: string): unknown {
  let value = document;
  for (const step of path.split('.')) {
    const holder = firstOf(value);
    if (typeof holder !== 'object' || holder === null) return undefined;
    value = Reflect.get(holder, step);
  }
  return firstOf(value);
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

export const freshnessExample = { lagEvents: 0, lagMs: 0, refused: 0, asOf: '2026-11-02T01:30:14.003Z' };
export const requestIdExample = '5f0c8a52-52c1-4c19-9a3e-0f3f1d3a6b1e';
