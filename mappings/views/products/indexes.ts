import type { Storage, StoredDocument } from '../../contract.js';
import {
  boolean,
  date,
  decimal,
  integer,
  keyword,
  searchableKeyword,
  sortableText,
  text,
  unindexed,
} from '../elasticsearch-fields.js';
import { fromPairs, type StoredSources, toPairs } from '../sources.js';
import type { ProductDocument } from './fields.js';

export const productIndex: Storage = {
  store: 'elasticsearch',
  settings: {},
  properties: {
    productId: keyword,
    name: sortableText,
    category: searchableKeyword,
    brand: searchableKeyword,
    description: text,
    tags: searchableKeyword,
    price: integer,
    currency: keyword,
    onShelf: boolean,
    createdAt: date,
    updatedAt: date,
    sales30d: integer,
    salesLastMonth: integer,
    returns30d: integer,
    returnRate30d: decimal,
    revenue30d: unindexed,
    sources: unindexed,
  },
};

interface StoredProduct extends Omit<ProductDocument, 'sources' | 'revenue30d'> {
  readonly sources: StoredSources;
  readonly revenue30d: readonly (readonly [string, number])[];
}

export function productToStored(document: ProductDocument): StoredDocument {
  return { ...document, revenue30d: toPairs(document.revenue30d), sources: toPairs(document.sources) };
}

export function productFromStored(stored: StoredDocument): ProductDocument {
  const { sources, revenue30d, ...document } = stored as unknown as StoredProduct;
  return { ...document, revenue30d: fromPairs(revenue30d), sources: fromPairs(sources) };
}
