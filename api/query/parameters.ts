/** The parameters that a list takes, derived from what its view declares: for validation, errors and documentation. */
import type { Filter, NumberRange, QueryDeclaration, TimeRange } from '../../mappings/queries.js';

export const LIMITS = {
  sizeDefault: 20,
  sizeMax: 100,
  /** What was told without paging once is still told in one answer. */
  historySizeDefault: 100,
  /** `page` × `size`. */
  pageReachMax: 10_000,
  queryLengthMax: 1_000,
  /** Of `q`; those that follow are not looked for. */
  queryWordsMax: 64,
  /** Of one filter by id. */
  idsMax: 100,
  /** Of one other filter. */
  valuesMax: 200,
  valueLengthMax: 8_000,
  sortsMax: 5,
  fieldsMax: 100,
  suggestionsMax: 10,
} as const;

/** Of numbers that are not whole: beyond, they have no decimals. */
export const NUMBER_MAX = 999_999_999_999_999;

type Paging = 'size' | 'page' | 'cursor';

export type Parameter =
  | { readonly kind: 'filter'; readonly name: string; readonly filter: Filter; readonly excludes: boolean }
  | { readonly kind: 'range'; readonly name: string; readonly bound: 'min' | 'max'; readonly range: NumberRange }
  | { readonly kind: 'time'; readonly name: string; readonly bound: 'from' | 'to'; readonly time: TimeRange }
  /** Shows what the declaration hides by default. */
  | { readonly kind: 'unhide'; readonly name: string }
  | {
      readonly kind:
        | 'q'
        | 'highlight'
        | 'sort'
        | 'facets'
        | 'multiSelect'
        | 'stats'
        | 'fields'
        | Paging
        | 'total'
        | 'asOf';
      readonly name: string;
    };

const SEARCH_PARAMETERS = [
  { kind: 'q', name: 'q' },
  { kind: 'highlight', name: 'highlight' },
] as const;

const FACET_PARAMETERS = [
  { kind: 'facets', name: 'facets' },
  { kind: 'multiSelect', name: 'multiSelect' },
] as const;

/** Which snapshot is read, instead of what is served. */
export const AS_OF = { kind: 'asOf', name: 'asOf' } as const;

/** By name, in the order in which they are documented. */
export function parametersOf(declaration: QueryDeclaration): ReadonlyMap<string, Parameter> {
  const parameters: Parameter[] = [
    ...(declaration.search.length > 0 ? SEARCH_PARAMETERS : []),
    ...Object.entries(declaration.filters).flatMap(([name, filter]) => [
      { kind: 'filter', name, filter, excludes: false } as const,
      ...(isId(filter) ? [] : [{ kind: 'filter', name: exclusionOf(name), filter, excludes: true } as const]),
    ]),
    ...(declaration.hidden === undefined ? [] : [{ kind: 'unhide', name: declaration.hidden.unless } as const]),
    ...Object.entries(declaration.ranges).flatMap(([name, range]) => [
      { kind: 'range', name: `${name}Min`, bound: 'min', range } as const,
      { kind: 'range', name: `${name}Max`, bound: 'max', range } as const,
    ]),
    ...Object.entries(declaration.times).flatMap(([name, time]) => [
      { kind: 'time', name: `${name}From`, bound: 'from', time } as const,
      { kind: 'time', name: `${name}To`, bound: 'to', time } as const,
    ]),
    { kind: 'sort', name: 'sort' },
    ...(facetNames(declaration).length > 0 ? FACET_PARAMETERS : []),
    ...(statNames(declaration).length > 0 ? [{ kind: 'stats', name: 'stats' } as const] : []),
    { kind: 'fields', name: 'fields' },
    { kind: 'size', name: 'size' },
    { kind: 'page', name: 'page' },
    { kind: 'cursor', name: 'cursor' },
    { kind: 'total', name: 'total' },
    AS_OF,
  ];
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}

export function sortNames(declaration: QueryDeclaration): string[] {
  return [...Object.keys(declaration.sorts), ...(declaration.relevance ? ['relevance'] : [])];
}

export function facetNames(declaration: QueryDeclaration): string[] {
  return Object.entries(declaration.filters).flatMap(([name, filter]) => (isId(filter) ? [] : [name]));
}

export function statNames(declaration: QueryDeclaration): string[] {
  return Object.keys(declaration.ranges);
}

/** The parameter that excludes what the filter would choose. */
export function exclusionOf(filter: string): string {
  return `${filter}Not`;
}

export function valuesMaxOf(filter: Filter): number {
  return isId(filter) ? LIMITS.idsMax : LIMITS.valuesMax;
}

/** All values that the filter takes, where they are a closed set of texts. */
export function closedSetOf(filter: Filter): readonly string[] | undefined {
  return filter.kind === 'keyword' ? filter.values : undefined;
}

/** An id is asked for to find one: it is neither excluded nor counted. */
export function isId({ kind }: Filter): boolean {
  return kind === 'id';
}

/** Those of `/v1/suggest`. */
export function suggestParameters(): ReadonlyMap<string, Parameter> {
  return new Map<string, Parameter>([
    ['q', { kind: 'q', name: 'q' }],
    [AS_OF.name, AS_OF],
  ]);
}

/** Those of a history. */
export function historyParameters(): ReadonlyMap<string, Parameter> {
  return new Map<string, Parameter>([
    ['size', { kind: 'size', name: 'size' }],
    ['cursor', { kind: 'cursor', name: 'cursor' }],
  ]);
}
