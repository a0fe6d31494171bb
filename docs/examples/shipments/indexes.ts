import { codePointKey } from '../../../mappings/code-point-key.js';
import type { Storage, StoredDocument } from '../../../mappings/contract.js';
import { searchTerms } from '../../../mappings/search-keys.js';
import type { ShipmentDocument } from './fields.js';

export const shipmentCollection: Storage = {
  store: 'mongodb',
  indexes: [{ carrier: 1, 'keys.orderId': 1 }, { city: 1 }, { customerId: 1 }, { 'search.customerName.terms': 1 }],
};

export function shipmentToStored(document: ShipmentDocument): StoredDocument {
  return {
    ...document,
    keys: { orderId: codePointKey(document.orderId) },
    search: { customerName: searchTerms(document.customerName) },
  };
}

export function shipmentFromStored(stored: StoredDocument): ShipmentDocument {
  const {
    keys: _,
    search: __,
    ...document
  } = stored as unknown as ShipmentDocument & Record<'keys' | 'search', unknown>;
  return document;
}
