/** The fields of each view's documents, as `fields` may name them. The types keep them complete. */

import type { ViewName } from '../../mappings/contract.js';
import type { CustomerDocument } from '../../mappings/views/customers/document.js';
import type { OrderDocument } from '../../mappings/views/orders/document.js';
import type { ProductDocument } from '../../mappings/views/products/document.js';
import type { FieldTree } from './field-selection.js';

/** Objects with a fixed set of fields are trees; texts, numbers and maps by free keys are leaves. */
type TreeOf<Value> = Value extends readonly (infer Element)[]
  ? TreeOf<Element>
  : Value extends object
    ? string extends keyof Value
      ? true
      : { readonly [Field in keyof Value]-?: TreeOf<Exclude<Value[Field], null>> }
    : true;

const order: TreeOf<OrderDocument> = {
  orderId: true,
  status: true,
  placedAt: true,
  updatedAt: true,
  paidAt: true,
  currency: true,
  total: true,
  itemCount: true,
  returnedCount: true,
  city: true,
  cancelReason: true,
  carrier: true,
  trackingNo: true,
  customer: { customerId: true, name: true, level: true, city: true, deleted: true },
  lines: {
    lineId: true,
    productId: true,
    name: true,
    brand: true,
    category: true,
    onShelf: true,
    deleted: true,
    quantity: true,
    unitPrice: true,
    amount: true,
    returned: true,
  },
  pending: true,
  sources: true,
};

const product: TreeOf<ProductDocument> = {
  productId: true,
  name: true,
  category: true,
  brand: true,
  description: true,
  tags: true,
  price: true,
  currency: true,
  onShelf: true,
  createdAt: true,
  updatedAt: true,
  sales30d: true,
  salesLastMonth: true,
  returns30d: true,
  returnRate30d: true,
  revenue30d: true,
  sources: true,
};

const customer: TreeOf<CustomerDocument> = {
  customerId: true,
  name: true,
  email: true,
  phone: true,
  level: true,
  city: true,
  registeredAt: true,
  orderCount: true,
  openOrders: true,
  cancelledOrders: true,
  lastOrderAt: true,
  totalSpent: true,
  recentOrders: {
    orderId: true,
    status: true,
    placedAt: true,
    currency: true,
    total: true,
    itemCount: true,
    lines: { productId: true, name: true, quantity: true, unitPrice: true },
  },
  sources: true,
};

export const documentFields: Readonly<Record<ViewName, FieldTree>> = {
  orders: order,
  products: product,
  customers: customer,
};
