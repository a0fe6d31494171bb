/**
 * What is asked of a view, as data: built from parameters by `list-request.ts`, executed by every DocumentReader.
 * Fields come from the view's declaration, values from the caller; the two never mix.
 */
import type { NumberRange, SearchField, Suggest } from '../../mappings/queries.js';

export type FilterValue = string | boolean;

export type Condition =
  | { readonly kind: 'anyOf'; readonly field: string; readonly values: readonly FilterValue[] }
  | { readonly kind: 'noneOf'; readonly field: string; readonly values: readonly FilterValue[] }
  /** Both ends inclusive; a missing value is in no range. */
  | { readonly kind: 'range'; readonly field: string; readonly min?: number; readonly max?: number }
  /** RFC 3339 in UTC with milliseconds, `from` inclusive, `to` exclusive; a missing value is in no range. */
  | { readonly kind: 'time'; readonly field: string; readonly from?: string; readonly to?: string };

/** What was written without a blank: its words must stand in a row, and the last one may be the beginning of another. */
export interface Phrase {
  /** At least one. */
  readonly words: readonly string[];
  /** As values are compared that are found as a whole only. */
  readonly whole: string;
}

/** Each phrase must occur in one of the fields, or the whole of what was asked must be one of the `whole` fields. */
export interface WordSearch {
  readonly kind: 'words';
  readonly whole: string;
  /** Each once; none when there are only characters that separate words. */
  readonly phrases: readonly Phrase[];
  /** All words in their order, as often as they were written. */
  readonly row: readonly string[];
  readonly fields: readonly SearchField[];
  /** Whether a long word is also found with one letter wrong, missing or too many, or two swapped. */
  readonly nearSpellings: boolean;
}

/**
 * What is being typed: each phrase must occur in the text, the last one as a beginning. Relevance is 1 where the text begins
 * with all of it, else 0.
 */
export interface Completion {
  readonly kind: 'completion';
  readonly phrases: readonly Phrase[];
  readonly row: readonly string[];
  readonly text: Suggest;
}

export type TextSearch = WordSearch | Completion;

export type SortKey =
  | { readonly by: 'field'; readonly field: string; readonly descending: boolean }
  /** Best first. */
  | { readonly by: 'relevance' };

/** `null` stands for a missing value. */
export type SortValue = string | number | boolean | null;

export interface DocumentQuery {
  readonly conditions: readonly Condition[];
  readonly search: TextSearch | null;
  /** Ends with the unique id, ascending; missing values come last in both directions. */
  readonly sort: readonly SortKey[];
  /** Begin after the document with these sort values, one per key. */
  readonly after: readonly SortValue[] | null;
  readonly skip: number;
  readonly size: number;
  /** Otherwise counting may stop at TOTAL_CAP. */
  readonly countExactly: boolean;
  /** Paths in the document that need not be fetched. Top-level ones are not there; what is within others may be. */
  readonly without: readonly string[];
  readonly facets: readonly Facet[];
  readonly stats: readonly Stat[];
  /** Whether to show where the words of the search occur. */
  readonly highlight: boolean;
}

/** Counts of a field's values, the most frequent first, a document once per value. */
export interface Facet {
  readonly name: string;
  readonly field: string;
  /** What the documents counted meet, beside the search: the query's own, unless the facet ignores some of them. */
  readonly conditions: readonly Condition[];
}

/** The least and the greatest value over the whole result. */
export interface Stat {
  readonly name: string;
  readonly range: NumberRange;
}

/** `null` when no document has a value. */
export interface Span {
  readonly min: number | null;
  readonly max: number | null;
}

/** Of money, by currency: those that occur, or of more than STAT_CURRENCIES_MAX those that most documents have. */
export type Spans = Span | Readonly<Record<string, Span>>;

export interface FacetCount {
  readonly value: FilterValue;
  readonly count: number;
}

export interface Total {
  readonly value: number;
  readonly relation: 'eq' | 'gte';
}

/**
 * The texts in which words of the search occur, by the document's fields: escaped for HTML, with what was found between
 * `<em>` and `</em>`. Of long texts, passages.
 */
export type Highlight = Readonly<Record<string, readonly string[]>>;

export interface Found {
  readonly documents: readonly unknown[];
  /** One per document; `null` when not asked for. */
  readonly highlights: readonly Highlight[] | null;
  /** Sort values of the last document when more follow. */
  readonly next: readonly SortValue[] | null;
  readonly total: Total;
  readonly facets: Readonly<Record<string, readonly FacetCount[]>>;
  readonly stats: Readonly<Record<string, Spans>>;
}

/** Counting stops here unless asked to be exact; `page` reaches this far. */
export const TOTAL_CAP = 10_000;
export const FACET_VALUES_MAX = 1_000;
export const STAT_CURRENCIES_MAX = 1_000;

/** What a store counted, cut to what was promised. */
export function totalOf(counted: number, exactly: boolean): Total {
  return exactly || counted <= TOTAL_CAP ? { value: counted, relation: 'eq' } : { value: TOTAL_CAP, relation: 'gte' };
}
