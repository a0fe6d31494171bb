import type { Storage, StoredDocument } from '../../contract.js';
import { searchableWords, wholeValues, wordsOnly } from '../../search-keys.js';
import { boolean, date, decimal, integer, keyword, lookup, unindexed, words } from '../elasticsearch-fields.js';
import { fromPairs, type StoredSources, toPairs } from '../sources.js';
import type { ProductDocument } from './fields.js';

export const productIndex: Storage = {
  store: 'elasticsearch',
  settings: {},
  properties: {
    productId: keyword,
    name: keyword,
    category: keyword,
    brand: keyword,
    description: unindexed,
    tags: keyword,
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
    search: {
      properties: {
        productId: lookup,
        name: words,
        nameOnly: lookup,
        brand: words,
        brandOnly: lookup,
        category: words,
        categoryOnly: lookup,
        tags: words,
        tagsOnly: lookup,
        description: words,
      },
    },
  },
};

interface StoredProduct extends Omit<ProductDocument, 'sources' | 'revenue30d'> {
  readonly sources: StoredSources;
  readonly search: unknown;
  readonly revenue30d: readonly (readonly [string, number])[];
}

export function productToStored(document: ProductDocument): StoredDocument {
  const { productId, name, brand, category, tags, description } = document;
  return {
    ...document,
    revenue30d: toPairs(document.revenue30d),
    sources: toPairs(document.sources),
    search: {
      productId: wholeValues(productId),
      name: searchableWords(name),
      nameOnly: wordsOnly(name),
      brand: searchableWords(brand),
      brandOnly: wordsOnly(brand),
      category: searchableWords(category),
      categoryOnly: wordsOnly(category),
      tags: searchableWords(tags),
      tagsOnly: tags.map(wordsOnly),
      description: searchableWords(description),
    },
  };
}

export function productFromStored(stored: StoredDocument): ProductDocument {
  const { sources, revenue30d, search: _, ...document } = stored as unknown as StoredProduct;
  return { ...document, revenue30d: fromPairs(revenue30d), sources: fromPairs(sources) };
}
