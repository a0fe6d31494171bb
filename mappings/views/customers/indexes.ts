import { codePointKey } from '../../code-point-key.js';
import type { RenderContext, Storage, StoredDocument } from '../../contract.js';
import { type SearchTerms, searchTerms, wholeValues } from '../../search-keys.js';
import {
  amountIn,
  fromAmounts,
  fromPairs,
  type StoredAmounts,
  type StoredSources,
  toAmounts,
  toPairs,
} from '../sources.js';
import type { CustomerDocument } from './fields.js';

/**
 * Every sort has its index, in its usual direction. Beside the document itself, `keys` holds what is sorted and `search` what is
 * searched.
 */
export const customerCollection: Storage = {
  store: 'mongodb',
  indexes: [
    { 'keys.lastOrderAtMissing': 1, 'keys.lastOrderAt': -1, 'keys.customerId': 1 },
    { orderCount: -1, 'keys.customerId': 1 },
    { 'keys.totalSpent': -1, 'keys.customerId': 1 },
    { 'keys.name': 1, 'keys.customerId': 1 },
    { registeredAt: -1, 'keys.customerId': 1 },
    { level: 1 },
    { city: 1 },
    { 'search.customerId': 1 },
    { 'search.email': 1 },
    { 'search.phone': 1 },
    { 'search.name.terms': 1 },
  ],
};

interface StoredCustomer extends Omit<CustomerDocument, 'sources' | 'totalSpent'> {
  readonly sources: StoredSources;
  readonly totalSpent: StoredAmounts;
  readonly keys: {
    /** Ordered by code point on every server. */
    readonly customerId: string;
    readonly name: string;
    /** RFC 3339; empty when there is no order, with a flag that sorts such customers last. */
    readonly lastOrderAt: string;
    readonly lastOrderAtMissing: boolean;
    /** In the reporting currency. */
    readonly totalSpent: number;
  };
  readonly search: {
    readonly customerId: readonly string[];
    readonly email: readonly string[];
    readonly phone: readonly string[];
    readonly name: SearchTerms;
  };
}

export function customerToStored(
  document: CustomerDocument,
  { reportingCurrency }: Pick<RenderContext, 'reportingCurrency'>,
): StoredDocument {
  const stored: StoredCustomer = {
    ...document,
    totalSpent: toAmounts(document.totalSpent),
    sources: toPairs(document.sources),
    keys: {
      customerId: codePointKey(document.customerId),
      name: codePointKey(document.name ?? ''),
      lastOrderAt: document.lastOrderAt ?? '',
      lastOrderAtMissing: document.lastOrderAt === null,
      totalSpent: amountIn(document.totalSpent, reportingCurrency),
    },
    search: {
      customerId: wholeValues(document.customerId),
      email: wholeValues(document.email),
      phone: wholeValues(document.phone),
      name: searchTerms(document.name),
    },
  };
  return { ...stored };
}

export function customerFromStored(stored: StoredDocument): CustomerDocument {
  const { sources, totalSpent, keys: _, search: __, ...document } = stored as unknown as StoredCustomer;
  return { ...document, totalSpent: fromAmounts(totalSpent), sources: fromPairs(sources) };
}
