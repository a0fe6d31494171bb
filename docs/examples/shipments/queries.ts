import type { FieldsOf, QueryDeclaration } from '../../../mappings/queries.js';
import type { ShipmentDocument } from './document.js';

export const shipmentQueries: QueryDeclaration = {
  id: { name: 'orderId', sortField: 'keys.orderId' },
  fields: {
    orderId: true,
    carrier: true,
    trackingNo: true,
    status: true,
    customerName: true,
    city: true,
  } satisfies FieldsOf<ShipmentDocument>,
  filters: {
    carrier: { kind: 'keyword', field: 'carrier', facet: true },
    city: { kind: 'keyword', field: 'city', facet: true },
  },
  ranges: {},
  times: {},
  sorts: { carrier: { field: 'carrier' } },
  defaultSort: 'carrier',
  relevance: false,
  search: [{ kind: 'text', field: 'keys', weight: 1 }],
  listOmits: [],
};
