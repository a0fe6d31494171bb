import type { Storage, StoredDocument } from '../../contract.js';
import { boolean, date, folded, integer, keyword, text, unindexed } from '../elasticsearch-fields.js';
import { fromPairs, type StoredSources, toPairs } from '../sources.js';
import type { OrderDocument } from './fields.js';

export const orderIndex: Storage = {
  store: 'elasticsearch',
  settings: {},
  properties: {
    orderId: folded,
    status: keyword,
    placedAt: date,
    updatedAt: date,
    paidAt: date,
    currency: keyword,
    total: integer,
    itemCount: integer,
    returnedCount: integer,
    city: keyword,
    cancelReason: unindexed,
    carrier: unindexed,
    trackingNo: unindexed,
    customer: {
      properties: { customerId: keyword, name: text, level: keyword, city: unindexed, deleted: boolean },
    },
    lines: {
      properties: {
        lineId: unindexed,
        productId: keyword,
        name: text,
        brand: unindexed,
        category: keyword,
        onShelf: unindexed,
        deleted: unindexed,
        quantity: unindexed,
        unitPrice: unindexed,
        amount: unindexed,
        returned: unindexed,
      },
    },
    pending: unindexed,
    sources: unindexed,
  },
};

interface StoredOrder extends Omit<OrderDocument, 'sources'> {
  readonly sources: StoredSources;
}

export function orderToStored(document: OrderDocument): StoredDocument {
  return { ...document, sources: toPairs(document.sources) };
}

export function orderFromStored(stored: StoredDocument): OrderDocument {
  const { sources, ...document } = stored as unknown as StoredOrder;
  return { ...document, sources: fromPairs(sources) };
}
