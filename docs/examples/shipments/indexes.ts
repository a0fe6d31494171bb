import type { Storage, StoredDocument } from '../../../mappings/contract.js';
import { codePointKey, searchKeys } from '../../../mappings/text.js';
import type { ShipmentDocument } from './fields.js';

export const shipmentCollection: Storage = {
  store: 'mongodb',
  indexes: [{ carrier: 1, 'keys.orderId': 1 }, { city: 1 }, { customerId: 1 }, { 'keys.terms': 1 }],
};

export function shipmentToStored(document: ShipmentDocument): StoredDocument {
  const keys = { orderId: codePointKey(document.orderId), ...searchKeys(document.customerName ?? '') };
  return { ...document, keys };
}

export function shipmentFromStored(stored: StoredDocument): ShipmentDocument {
  const { keys: _, ...document } = stored as unknown as ShipmentDocument & { readonly keys: unknown };
  return document;
}
