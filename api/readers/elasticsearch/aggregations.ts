/** Facets and stats as Elasticsearch's aggregations, and what it answers. Pure. */
import type { estypes } from '@elastic/elasticsearch';
import type { Money } from '../../../mappings/queries.js';
import { fromPairs } from '../../../mappings/views/sources.js';
import {
  type Condition,
  type DocumentQuery,
  FACET_VALUES_MAX,
  type FacetCount,
  type Found,
  type Span,
  type Spans,
  STAT_CURRENCIES_MAX,
} from '../../ports/document-query.js';
import { everyClause } from './conditions.js';

type Clause = estypes.AggregationsAggregationContainer;

/** The conditions that all of the answer has in common; what a facet ignores is not among them. */
export function sharedConditions({ conditions, facets }: DocumentQuery): readonly Condition[] {
  return conditions.filter((condition) => facets.every((facet) => facet.conditions.includes(condition)));
}

/** Aggregations over what meets the shared conditions. */
export function aggregationClauses({ conditions, facets, stats }: DocumentQuery, shared: readonly Condition[]) {
  const narrowed = (own: readonly Condition[], clause: Clause): Clause => {
    const further = own.filter((condition) => !shared.includes(condition));
    return further.length === 0 ? clause : { filter: everyClause(further), aggs: { [INNER]: clause } };
  };
  return Object.fromEntries([
    ...facets.map((facet) => [facetKey(facet.name), narrowed(facet.conditions, valuesClause(facet.field))]),
    ...stats.map(({ name, range }) => [
      statKey(name),
      narrowed(conditions, range.money === undefined ? spanClause(range.field) : moneyClause(range.field, range.money)),
    ]),
  ]) as Record<string, Clause>;
}

/** Of what `aggregationClauses` asks for. */
export function aggregated(
  { facets, stats }: DocumentQuery,
  answer: Readonly<Record<string, unknown>> = {},
): Pick<Found, 'facets' | 'stats'> {
  return {
    facets: Object.fromEntries(facets.map(({ name }) => [name, facetCounts(innermost(answer[facetKey(name)]))])),
    stats: Object.fromEntries(
      stats.map(({ name, range }) => {
        const told = innermost(answer[statKey(name)]);
        return [name, range.money === undefined ? spanIn(told) : spansIn(told)];
      }),
    ),
  };
}

/** Facets and stats may have the same name. */
const facetKey = (name: string) => `facet ${name}`;
const statKey = (name: string) => `stat ${name}`;
/** Of an aggregation within one that narrows it. */
const INNER = 'inner';
const SPAN = 'span';

function valuesClause(field: string): Clause {
  return { terms: { field, size: FACET_VALUES_MAX, order: [{ _count: 'desc' }, { _key: 'asc' }] } };
}

function spanClause(field: string): Clause {
  return { stats: { field } };
}

function moneyClause(field: string, money: Money): Clause {
  if ('currency' in money) return currenciesClause(money.currency, field);
  const { amounts } = money;
  return {
    nested: { path: amounts },
    aggs: { [INNER]: currenciesClause(`${amounts}.currency`, `${amounts}.amount`) },
  };
}

function currenciesClause(currency: string, amount: string): Clause {
  return {
    terms: { field: currency, size: STAT_CURRENCIES_MAX, order: [{ _count: 'desc' }, { _key: 'asc' }] },
    aggs: { [SPAN]: spanClause(amount) },
  };
}

function innermost(aggregate: unknown): unknown {
  const inner = Object.hasOwn(Object(aggregate), INNER) ? Reflect.get(Object(aggregate), INNER) : undefined;
  return inner === undefined ? aggregate : innermost(inner);
}

interface Buckets<Bucket> {
  readonly buckets: readonly Bucket[];
}

interface ValueBucket {
  readonly key: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
}

/** Booleans are counted as 0 and 1, with their text beside. */
function facetCounts(aggregate: unknown): FacetCount[] {
  const { buckets } = aggregate as Buckets<ValueBucket>;
  return buckets.map(({ key, key_as_string, doc_count }) => ({
    value: typeof key === 'string' ? key : key_as_string === 'true',
    count: doc_count,
  }));
}

/** `null` for both when there is nothing. */
function spanIn(aggregate: unknown): Span {
  const { min, max } = aggregate as Span;
  return { min, max };
}

/** A currency in which nothing has an amount is left out. */
function spansIn(aggregate: unknown): Spans {
  const { buckets } = aggregate as Buckets<{ readonly key: string; readonly [SPAN]: Span }>;
  const told = buckets.map(({ key, [SPAN]: span }) => [key, spanIn(span)] as const);
  return fromPairs(told.filter(([, { min }]) => min !== null));
}
