import { ORDER_STATUSES } from '../../aggregates/orders.js';
import type { QueryDeclaration } from '../../queries.js';
import { orderFields } from './fields.js';

export const orderQueries = {
  id: { name: 'orderId', sortField: 'orderId' },
  access: { scope: 'orders:read', customer: 'customer.customerId' },
  fields: orderFields,
  filters: {
    status: { kind: 'keyword', field: 'status', values: ORDER_STATUSES, facet: true },
    customerId: { kind: 'keyword', field: 'customer.customerId', facet: false },
    productId: { kind: 'keyword', field: 'lines.productId', facet: false },
    category: { kind: 'keyword', field: 'lines.category', facet: true },
    currency: { kind: 'keyword', field: 'currency', facet: true },
    city: { kind: 'keyword', field: 'city', facet: true },
    level: { kind: 'keyword', field: 'customer.level', facet: true },
  },
  ranges: { total: { field: 'total', type: 'integer' } },
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
