import type { Storage, StoredDocument } from '../../contract.js';
import { searchableWords, wholeValues } from '../../search-keys.js';
import { boolean, date, integer, keyword, lookup, unindexed, words } from '../elasticsearch-fields.js';
import { fromPairs, type StoredSources, toPairs } from '../sources.js';
import type { OrderDocument } from './fields.js';

export const orderIndex: Storage = {
  store: 'elasticsearch',
  settings: {},
  properties: {
    orderId: keyword,
    status: keyword,
    placedAt: date,
    updatedAt: date,
    paidAt: date,
    paymentMethod: keyword,
    currency: keyword,
    total: integer,
    itemCount: integer,
    returnedCount: integer,
    city: keyword,
    cancelReason: unindexed,
    carrier: unindexed,
    trackingNo: unindexed,
    customer: {
      properties: { customerId: keyword, name: unindexed, level: keyword, city: unindexed, deleted: boolean },
    },
    lines: {
      properties: {
        lineId: unindexed,
        productId: keyword,
        name: unindexed,
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
    search: {
      properties: {
        orderId: lookup,
        trackingNo: lookup,
        customerId: lookup,
        customerName: words,
        productId: lookup,
        productName: words,
      },
    },
  },
};

interface StoredOrder extends Omit<OrderDocument, 'sources'> {
  readonly sources: StoredSources;
  readonly search: unknown;
}

export function orderToStored(document: OrderDocument): StoredDocument {
  const { orderId, trackingNo, customer, lines } = document;
  return {
    ...document,
    sources: toPairs(document.sources),
    search: {
      orderId: wholeValues(orderId),
      trackingNo: wholeValues(trackingNo),
      customerId: wholeValues(customer.customerId),
      customerName: searchableWords(customer.name),
      productId: wholeValues(lines.map(({ productId }) => productId)),
      productName: searchableWords(lines.map(({ name }) => name)),
    },
  };
}

export function orderFromStored(stored: StoredDocument): OrderDocument {
  const { sources, search: _, ...document } = stored as unknown as StoredOrder;
  return { ...document, sources: fromPairs(sources) };
}
