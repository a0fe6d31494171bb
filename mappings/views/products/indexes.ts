import type { DerivationSettings, Storage, StoredDocument } from '../../contract.js';
import { searchableWords, wholeValues, wordsOnly } from '../../search-keys.js';
import {
  amounts,
  boolean,
  date,
  decimal,
  integer,
  keyword,
  lookup,
  unindexed,
  words,
} from '../elasticsearch-fields.js';
import {
  amountIn,
  fromAmounts,
  fromPairs,
  type StoredAmounts,
  type StoredSources,
  toAmounts,
  toPairs,
} from '../sources.js';
import type { ProductDocument } from './fields.js';

/** A currency is free text, so there may be more of them than Elasticsearch allows lists of objects by itself. */
const AMOUNTS_MAX = 1_000_000;

/** `keys` holds what is sorted and compared, beside the document itself. */
export const productIndex: Storage = {
  store: 'elasticsearch',
  settings: { 'index.mapping.nested_objects.limit': AMOUNTS_MAX },
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
    revenue30d: amounts,
    revenueLastMonth: amounts,
    sources: unindexed,
    keys: { properties: { revenue30d: integer, revenueLastMonth: integer } },
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

interface StoredProduct extends Omit<ProductDocument, 'sources' | 'revenue30d' | 'revenueLastMonth'> {
  readonly sources: StoredSources;
  readonly revenue30d: StoredAmounts;
  readonly revenueLastMonth: StoredAmounts;
  /** In the reporting currency. */
  readonly keys: { readonly revenue30d: number; readonly revenueLastMonth: number };
  readonly search: unknown;
}

export function productToStored(
  document: ProductDocument,
  { reportingCurrency }: Pick<DerivationSettings, 'reportingCurrency'>,
): StoredDocument {
  const { productId, name, brand, category, tags, description, revenue30d, revenueLastMonth } = document;
  const stored: StoredProduct = {
    ...document,
    revenue30d: toAmounts(revenue30d),
    revenueLastMonth: toAmounts(revenueLastMonth),
    sources: toPairs(document.sources),
    keys: {
      revenue30d: amountIn(revenue30d, reportingCurrency),
      revenueLastMonth: amountIn(revenueLastMonth, reportingCurrency),
    },
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
  return { ...stored };
}

export function productFromStored(stored: StoredDocument): ProductDocument {
  const {
    sources,
    revenue30d,
    revenueLastMonth,
    keys: _,
    search: __,
    ...document
  } = stored as unknown as StoredProduct;
  return {
    ...document,
    revenue30d: fromAmounts(revenue30d),
    revenueLastMonth: fromAmounts(revenueLastMonth),
    sources: fromPairs(sources),
  };
}
