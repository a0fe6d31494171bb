import type { QueryDeclaration } from '../../queries.js';
import { customerFields } from './fields.js';

export const customerQueries = {
  id: { name: 'customerId', sortField: 'keys.customerId' },
  access: { scope: 'customers:read', customer: 'customerId' },
  fields: customerFields,
  filters: {
    customerId: { kind: 'id', field: 'customerId' },
    level: { kind: 'keyword', field: 'level' },
    city: { kind: 'keyword', field: 'city' },
  },
  ranges: {
    orderCount: { field: 'orderCount', type: 'integer' },
    totalSpent: { field: 'keys.totalSpent', type: 'integer', money: { amounts: 'totalSpent' } },
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
  search: [
    { kind: 'whole', field: 'search.customerId', shown: 'customerId' },
    { kind: 'whole', field: 'search.email', shown: 'email' },
    { kind: 'whole', field: 'search.phone', shown: 'phone' },
    { kind: 'text', field: 'search.name', shown: 'name', weight: 1 },
  ],
  listOmits: ['recentOrders'],
} as const satisfies QueryDeclaration;
