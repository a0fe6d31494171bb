/** Documents for the API's tests: whole ones, of which a test names only what it is about. */
import type { CustomerDocument } from '../../mappings/views/customers/fields.js';
import type { OrderDocument, OrderDocumentLine } from '../../mappings/views/orders/fields.js';
import type { ProductDocument } from '../../mappings/views/products/fields.js';

export function orderLine(line: Partial<OrderDocumentLine>): OrderDocumentLine {
  return {
    lineId: '1',
    productId: 'p-1',
    name: 'Thing',
    brand: null,
    category: 'things',
    onShelf: true,
    deleted: false,
    quantity: 1,
    unitPrice: 100,
    amount: 100,
    returned: 0,
    ...line,
  };
}

export function order(orderId: string, document: Partial<OrderDocument> = {}): OrderDocument {
  return {
    orderId,
    status: 'paid',
    placedAt: '2026-11-01T10:00:00.000Z',
    updatedAt: '2026-11-01T10:00:00.000Z',
    paidAt: null,
    paymentMethod: null,
    currency: 'CNY',
    total: 100,
    itemCount: 1,
    returnedCount: 0,
    city: null,
    cancelReason: null,
    carrier: null,
    trackingNo: null,
    customer: { customerId: 'c-1', name: 'Zhang San', level: null, city: null, deleted: false },
    lines: [orderLine({})],
    pending: [],
    sources: { [`orders/${orderId}`]: 1 },
    ...document,
  };
}

export function product(productId: string, document: Partial<ProductDocument> = {}): ProductDocument {
  return {
    productId,
    name: 'Thing',
    category: 'things',
    brand: null,
    description: null,
    tags: [],
    price: 100,
    currency: 'CNY',
    onShelf: true,
    createdAt: '2026-11-01T10:00:00.000Z',
    updatedAt: '2026-11-01T10:00:00.000Z',
    sales30d: 0,
    salesLastMonth: 0,
    returns30d: 0,
    returnRate30d: 0,
    revenue30d: {},
    revenueLastMonth: {},
    sources: { [`products/${productId}`]: 1 },
    ...document,
  };
}

export function customer(customerId: string, document: Partial<CustomerDocument> = {}): CustomerDocument {
  return {
    customerId,
    name: 'Zhang San',
    email: null,
    phone: null,
    level: null,
    city: null,
    registeredAt: '2026-11-01T10:00:00.000Z',
    orderCount: 0,
    openOrders: 0,
    cancelledOrders: 0,
    lastOrderAt: null,
    totalSpent: {},
    recentOrders: [],
    sources: { [`customers/${customerId}`]: 1 },
    ...document,
  };
}
