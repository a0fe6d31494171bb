import type { FieldsOf, QueryDeclaration } from '../../queries.js';
import type { CustomerDocument } from './document.js';

export const customerQueries: QueryDeclaration = {
  id: { name: 'customerId', sortField: 'keys.customerId' },
  fields: {
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
  } satisfies FieldsOf<CustomerDocument>,
  filters: {
    level: { kind: 'keyword', field: 'level', facet: true },
    city: { kind: 'keyword', field: 'city', facet: true },
  },
  ranges: {
    orderCount: { field: 'orderCount', type: 'integer' },
    totalSpent: { field: 'keys.totalSpent', type: 'integer' },
  },
  times: { registered: { field: 'registeredAt' }, lastOrder: { field: 'lastOrderAt' } },
  sorts: {
    lastOrderAt: { field: 'keys.lastOrderAt', missing: 'keys.lastOrderAtMissing' },
    orderCount: { field: 'orderCount' },
    totalSpent: { field: 'keys.totalSpent' },
    name: { field: 'keys.name' },
    registeredAt: { field: 'registeredAt' },
  },
  defaultSort: '-lastOrderAt',
  relevance: false,
  search: [{ kind: 'text', field: 'keys', weight: 1 }],
  listOmits: ['recentOrders'],
};
