/**
 * A query as Elasticsearch's search body. Pure. What the caller wrote stands only where a value stands; field names and
 * structure come from the declaration.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { View } from '../../../mappings/contract.js';
import { FIELDS_NOT_READ, HIDDEN_FIELD, STORED_BYTES_FIELD } from '../../../runtime/storage/records.js';
import { type Condition, type DocumentQuery, type SortKey, TOTAL_CAP } from '../../ports/document-query.js';
import { aggregationClauses, sharedConditions } from './aggregations.js';
import { conditionClause, everyClause } from './conditions.js';
import { fieldType } from './field-types.js';
import { textQuery } from './text-query.js';

/** Elasticsearch refuses to look further than this by `from`. */
const WINDOW_MAX = 10_000;

export function searchBody(view: View, query: DocumentQuery): estypes.SearchRequest {
  const shared = sharedConditions(query);
  const aggregations = aggregationClauses(query, shared);
  return {
    ...pageClauses(view, query, shared),
    track_total_hits: query.countExactly ? true : TOTAL_CAP,
    _source: { excludes: notFetched(query.without) },
    ...(Object.keys(aggregations).length === 0 ? {} : { aggregations }),
  };
}

/** Of the same page, what its large documents have in bytes, and nothing else. */
export function sizesBody(view: View, query: DocumentQuery): estypes.SearchRequest {
  return {
    ...pageClauses(view, query, query.conditions),
    track_total_hits: false,
    _source: false,
    docvalue_fields: [STORED_BYTES_FIELD],
  };
}

/** Which documents, in which order, and how many. */
function pageClauses(view: View, query: DocumentQuery, shared: readonly Condition[]): estypes.SearchRequest {
  const { search } = query;
  const others = query.conditions.filter((condition) => !shared.includes(condition));
  return {
    query: {
      bool: {
        filter: [{ term: { [HIDDEN_FIELD]: false } }, ...shared.map(conditionClause)],
        ...(search === null ? {} : { must: [textQuery(search)] }),
      },
    },
    // Narrows down what is found, and not what the facets count.
    ...(others.length === 0 ? {} : { post_filter: everyClause(others) }),
    sort: query.sort.map((key) => sortClause(view, key)),
    ...(query.after === null ? { from: query.skip } : { search_after: [...query.after] }),
    size: fetchSize(query),
  };
}

/** What is searched and sorted by is in the index; nobody reads it. */
export function notFetched(without: readonly string[] = []): string[] {
  return [...FIELDS_NOT_READ, ...without];
}

/** One more than asked tells whether more follow; at the very end of the window the total must tell. */
export function fetchSize({ after, skip, size }: DocumentQuery): number {
  return after === null ? Math.min(size + 1, WINDOW_MAX - skip) : size + 1;
}

/**
 * Missing values get a value beyond all others, since what Elasticsearch answers for `_last` (2^63 − 1) does not
 * survive JSON; for texts it answers `null` and takes it back.
 */
function sortClause(view: View, key: SortKey): estypes.SortCombinations {
  if (key.by === 'relevance') return { _score: { order: 'desc' } };
  const order = key.descending ? 'desc' : 'asc';
  // An index of a former version may lack the field.
  const unmapped_type = fieldType(view, key.field);
  switch (unmapped_type) {
    case 'long':
    case 'double':
      return { [key.field]: { order, unmapped_type, missing: key.descending ? -NUMBER_BEYOND : NUMBER_BEYOND } };
    case 'date': {
      const missing = Date.parse(key.descending ? '0000-01-01T00:00:00.000Z' : '9999-12-31T23:59:59.999Z');
      return { [key.field]: { order, unmapped_type, missing, format: 'strict_date_time' } };
    }
    default:
      return { [key.field]: { order, unmapped_type, missing: '_last' } };
  }
}

/** Numbers in documents lie within ±(2^53 − 1). */
const NUMBER_BEYOND = 2 ** 53;
