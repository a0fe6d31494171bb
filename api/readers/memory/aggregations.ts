/** Facets and stats, in plain code. */
import type { StoredDocument } from '../../../mappings/contract.js';
import type { NumberRange } from '../../../mappings/queries.js';
import { fromPairs, type StoredAmounts } from '../../../mappings/views/sources.js';
import {
  FACET_VALUES_MAX,
  type FacetCount,
  type FilterValue,
  type Span,
  type Spans,
  STAT_CURRENCIES_MAX,
} from '../../ports/document-query.js';
import { compareValues } from '../../query/match.js';
import { valuesAt } from '../../query/values.js';

/** Most frequent first, ties by value; a document counts once per value. */
export function countValues(documents: readonly StoredDocument[], field: string): FacetCount[] {
  const counts = new Map<FilterValue, number>();
  for (const document of documents) {
    for (const value of new Set(valuesAt(document, field) as FilterValue[])) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareValues(a.value, b.value, false))
    .slice(0, FACET_VALUES_MAX);
}

export function spansOf(documents: readonly StoredDocument[], range: NumberRange): Spans {
  const { field, money } = range;
  if (money === undefined) return spanOf(documents.flatMap((document) => valuesAt(document, field) as number[]));
  const amounts = new Map<string, number[]>();
  for (const { currency, amount } of documents.flatMap((document) => amountsIn(document, field, money))) {
    const known = amounts.get(currency);
    if (known === undefined) amounts.set(currency, [amount]);
    else known.push(amount);
  }
  const frequent = [...amounts]
    .sort(([a, some], [b, others]) => others.length - some.length || compareValues(a, b, false))
    .slice(0, STAT_CURRENCIES_MAX);
  return fromPairs(frequent.map(([currency, some]) => [currency, spanOf(some)]));
}

function amountsIn(document: StoredDocument, field: string, money: NonNullable<NumberRange['money']>): StoredAmounts {
  if ('amounts' in money) return valuesAt(document, money.amounts) as unknown as StoredAmounts;
  const [currency] = valuesAt(document, money.currency) as string[];
  const [amount] = valuesAt(document, field) as number[];
  return currency === undefined || amount === undefined ? [] : [{ currency, amount }];
}

function spanOf(numbers: readonly number[]): Span {
  if (numbers.length === 0) return { min: null, max: null };
  return numbers.reduce((span, n) => ({ min: Math.min(span.min, n), max: Math.max(span.max, n) }), {
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  });
}
