/** From the parameters of a list to what is asked of the store: one parser for all views, driven by their declarations. */
import type { View } from '../../mappings/contract.js';
import type { QueryDeclaration } from '../../mappings/queries.js';
import type { Condition, DocumentQuery, Facet, Stat } from '../ports/document-query.js';
import { type CursorContent, fingerprintOf } from './cursor.js';
import { readCursor } from './cursor-parameter.js';
import { type FieldTree, pathsNotNeeded, pathsOf, selectionOf } from './field-selection.js';
import type { Given, ParameterError } from './given.js';
import { type Narrowing, readNarrowing } from './narrowing.js';
import { ParameterValues } from './parameter-values.js';
import { facetNames, LIMITS, parametersOf, statNames } from './parameters.js';
import { readSort } from './sort-order.js';
import { readWords, searchFor } from './word-search.js';

export interface ListRequest {
  readonly query: DocumentQuery;
  /** Binds cursors to this filter and sort. */
  readonly fingerprint: string;
  /** `null` when a cursor says where to go on. */
  readonly page: number | null;
  /** `null`: whole documents, less what lists omit. */
  readonly selection: FieldTree | null;
}

export interface ListContext {
  readonly view: View;
  readonly generation: number;
  readonly cursorSecret: Buffer;
  /** Conditions that the path sets. */
  readonly fixed: readonly Condition[];
}

export type ListOutcome =
  | { readonly kind: 'request'; readonly request: ListRequest }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] }
  /** The cursor was given out for a generation that is no longer served. */
  | { readonly kind: 'expired' };

export function readListRequest(given: Given, context: ListContext): ListOutcome {
  const { queries, name } = context.view;
  const values = new ParameterValues(given);
  values.refuseUnknown([...parametersOf(queries).keys()], 'this list');
  const words = queries.search.length === 0 ? null : readWords(values);
  const sort = readSort(values, queries, words !== null);
  const narrowing = readNarrowing(values, queries, context.fixed);
  const asked = {
    conditions: narrowing.conditions,
    search: words === null ? null : searchFor(words, sort, queries),
    sort,
  };
  const fingerprint = fingerprintOf(name, asked);
  const paging = readPaging(values, context, fingerprint);
  const paths = readFields(values, context.view);
  const countExactly = readTotal(values);
  const facets = readFacets(values, queries, narrowing);
  const stats = readStats(values, queries);
  const highlight = readHighlight(values, words !== null);
  values.snapshot();
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  if (paging.cursor !== null && paging.cursor.generation !== context.generation) return { kind: 'expired' };
  const query: DocumentQuery = {
    ...asked,
    after: paging.cursor?.after ?? null,
    skip: (paging.page - 1) * paging.size,
    size: paging.size,
    countExactly,
    without:
      paths === null
        ? queries.listOmits
        : pathsNotNeeded([...paths, ...(highlight ? queries.search.map(({ shown }) => shown) : [])], queries),
    facets,
    stats,
    highlight,
  };
  const selection = paths === null ? null : selectionOf([queries.id.name, ...paths]);
  return {
    kind: 'request',
    request: { query, fingerprint, page: paging.cursor === null ? paging.page : null, selection },
  };
}

interface Paging {
  readonly size: number;
  /** 1 with a cursor. */
  readonly page: number;
  readonly cursor: CursorContent | null;
}

function readPaging(values: ParameterValues, context: ListContext, fingerprint: string): Paging {
  const size = Math.min(values.positive('size') ?? LIMITS.sizeDefault, LIMITS.sizeMax);
  const page = values.positive('page') ?? 1;
  if (values.has('page') && page * size > LIMITS.pageReachMax) {
    values.refuse('page', `page × size may be at most ${LIMITS.pageReachMax}; go further with cursor, from page.next`);
  }
  if (!values.has('cursor')) return { size, page, cursor: null };
  if (values.has('page')) values.refuse('cursor', 'cannot be given together with page');
  const otherwise = 'belongs to another filter or sort; send it with the parameters of the list it came from';
  return { size, page: 1, cursor: readCursor(values, context, fingerprint, otherwise) };
}

function readFields(values: ParameterValues, view: View): readonly string[] | null {
  if (!values.has('fields')) return null;
  return values.namesOf('fields', pathsOf(view.queries.fields), LIMITS.fieldsMax);
}

function readTotal(values: ParameterValues): boolean {
  const total = values.one('total');
  if (total !== undefined && total !== 'exact') values.refuse('total', 'must be exact, or left out');
  return total === 'exact';
}

function readFacets(values: ParameterValues, queries: QueryDeclaration, narrowing: Narrowing): Facet[] {
  const allowed = facetNames(queries);
  if (allowed.length === 0) return [];
  const multiSelect = values.flag('multiSelect');
  return values.namesOf('facets', allowed, LIMITS.fieldsMax).flatMap((name) => {
    const filter = queries.filters[name];
    const conditions = multiSelect ? narrowing.ignoring(name) : narrowing.conditions;
    return filter === undefined ? [] : [{ name, field: filter.field, conditions }];
  });
}

function readStats(values: ParameterValues, queries: QueryDeclaration): Stat[] {
  const allowed = statNames(queries);
  if (allowed.length === 0) return [];
  return values.namesOf('stats', allowed, LIMITS.fieldsMax).flatMap((name) => {
    const range = queries.ranges[name];
    return range === undefined ? [] : [{ name, range }];
  });
}

function readHighlight(values: ParameterValues, searching: boolean): boolean {
  const highlight = values.flag('highlight');
  if (highlight && !searching) values.refuse('highlight', 'shows where the words of q occur, and needs some');
  return highlight;
}
