/** Facets and stats as MongoDB's aggregation pipelines, over what a filter has matched, and what they answer. Pure. */
import type { Document } from 'mongodb';
import type { NumberRange } from '../../../mappings/queries.js';
import { fromPairs } from '../../../mappings/views/sources.js';
import {
  FACET_VALUES_MAX,
  type FacetCount,
  type FilterValue,
  type Span,
  type Spans,
  STAT_CURRENCIES_MAX,
} from '../../ports/document-query.js';

/** Of a list each value once; what is no list passes through `$unwind`, and what is missing does not. */
export function facetStages(field: string): Document[] {
  const value = `$${field}`;
  return [
    { $project: { _id: 0, value: { $cond: [{ $isArray: value }, { $setUnion: [value, []] }, value] } } },
    { $unwind: '$value' },
    { $match: { value: { $ne: null } } },
    { $group: { _id: '$value', count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: FACET_VALUES_MAX },
  ];
}

export function facetCounts(groups: readonly Document[]): FacetCount[] {
  return groups.map(({ _id, count }) => ({ value: _id as FilterValue, count: Number(count) }));
}

export function statStages({ field, money }: NumberRange): Document[] {
  if (money === undefined) return [spans(null, `$${field}`)];
  if ('currency' in money) return currencyStages(`$${money.currency}`, `$${field}`);
  const { amounts } = money;
  return [{ $unwind: `$${amounts}` }, ...currencyStages(`$${amounts}.currency`, `$${amounts}.amount`)];
}

function currencyStages(currency: string, amount: string): Document[] {
  return [spans(currency, amount), { $sort: { documents: -1, _id: 1 } }, { $limit: STAT_CURRENCIES_MAX }];
}

function spans(currency: string | null, amount: string): Document {
  return { $group: { _id: currency, documents: { $sum: 1 }, min: { $min: amount }, max: { $max: amount } } };
}

export function spansIn(groups: readonly Document[], { money }: NumberRange): Spans {
  if (money === undefined) return spanIn(groups[0] ?? {});
  return fromPairs(
    groups.flatMap((group) => (group._id === null || group.min == null ? [] : [[String(group._id), spanIn(group)]])),
  );
}

function spanIn({ min = null, max = null }: Document): Span {
  return { min, max };
}
