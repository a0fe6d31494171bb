import { ORDER_STATUSES } from '../../aggregates/orders.js';
import type { QueryDeclaration } from '../../queries.js';
import { orderFields } from './fields.js';

export const orderQueries = {
  id: { name: 'orderId', sortField: 'orderId' },
  access: { scope: 'orders:read', customer: 'customer.customerId' },
  fields: orderFields,
  filters: {
    orderId: { kind: 'id', field: 'orderId' },
    customerId: { kind: 'id', field: 'customer.customerId' },
    productId: { kind: 'id', field: 'lines.productId' },
    status: { kind: 'keyword', field: 'status', values: ORDER_STATUSES },
    category: { kind: 'keyword', field: 'lines.category' },
    currency: { kind: 'keyword', field: 'currency' },
    city: { kind: 'keyword', field: 'city' },
    level: { kind: 'keyword', field: 'customer.level' },
    paymentMethod: { kind: 'keyword', field: 'paymentMethod' },
  },
  ranges: { total: { field: 'total', type: 'integer', money: { currency: 'currency' } } },
  times: { placed: { field: 'placedAt' }, updated: { field: 'updatedAt' } },
  sorts: {
    placedAt: { field: 'placedAt' },
    updatedAt: { field: 'updatedAt' },
    total: { field: 'total' },
    status: { field: 'status' },
  },
  defaultSort: '-placedAt',
  relevance: true,
  search: [
    { kind: 'whole', field: 'search.orderId', shown: 'orderId' },
    { kind: 'whole', field: 'search.trackingNo', shown: 'trackingNo' },
    { kind: 'whole', field: 'search.customerId', shown: 'customer.customerId' },
    { kind: 'whole', field: 'search.productId', shown: 'lines.productId' },
    { kind: 'text', field: 'search.customerName', shown: 'customer.name', weight: 2 },
    { kind: 'text', field: 'search.productName', shown: 'lines.name', weight: 2 },
  ],
  hidden: { filter: 'status', values: ['cancelled', 'rejected'], unless: 'includeCancelled' },
  listOmits: [],
} as const satisfies QueryDeclaration;
