import type { QueryDeclaration } from '../../../mappings/queries.js';
import { shipmentFields } from './fields.js';

export const shipmentQueries: QueryDeclaration = {
  id: { name: 'orderId', sortField: 'keys.orderId' },
  access: { scope: 'orders:read', customer: 'customerId' },
  fields: shipmentFields,
  filters: {
    customerId: { kind: 'id', field: 'customerId' },
    carrier: { kind: 'keyword', field: 'carrier' },
    city: { kind: 'keyword', field: 'city' },
  },
  ranges: {},
  times: {},
  sorts: { carrier: { field: 'carrier' } },
  defaultSort: 'carrier',
  relevance: false,
  search: [{ kind: 'text', field: 'search.customerName', shown: 'customerName', weight: 1 }],
  listOmits: [],
};
