/**
 * What may be asked of a view: one declaration gives parameter validation, the store query and the documentation.
 * `field` is always a path in the stored document.
 */
import type { z } from 'zod';

/**
 * Equality, repeatable or comma-separated. Of all but ids, `nameNot` excludes the documents with any of the values, and
 * `facets=name` counts them.
 */
export type Filter =
  | { readonly kind: 'keyword'; readonly field: string; readonly values?: readonly string[] }
  | { readonly kind: 'boolean'; readonly field: string }
  | { readonly kind: 'id'; readonly field: string };

/** `nameMin` and `nameMax`, both inclusive; `stats=name` tells the least and the greatest value. */
export interface NumberRange {
  readonly field: string;
  readonly type: 'integer' | 'number';
  /** Present where the numbers are amounts of money: those of different currencies are told apart. */
  readonly money?: Money;
}

/**
 * Where the currency stands. `currency` is a field of the document. Where a document has amounts in several currencies,
 * `amounts` is a list of all of them, `{ currency, amount }` each, and the range's own field the one to compare by.
 */
export type Money = { readonly currency: string } | { readonly amounts: string };

/** `nameFrom` (inclusive) and `nameTo` (exclusive); the field holds a date. */
export interface TimeRange {
  readonly field: string;
}

export interface Sort {
  readonly field: string;
  /** A boolean field that is true where the value is missing: such documents come last in both directions. */
  readonly missing?: string;
}

/**
 * A text in which the words of `q` are looked for. `field` holds what search-keys.ts makes of the text: `searchTerms` in
 * MongoDB, `searchableWords` in Elasticsearch.
 */
export interface TextField {
  readonly kind: 'text';
  readonly field: string;
  /** How the document calls the text. */
  readonly shown: string;
  /** Relevance of a word that occurs here and in no better field; 1 to 100. */
  readonly weight: number;
  /** The text as `wordsOnly` makes it, and what is added when all that was asked, or a part without blanks, is just that. */
  readonly exact?: { readonly field: string; readonly bonus: number };
  /** Too long to be answered as a whole only to show where the words are. */
  readonly long?: true;
}

/** A value that is found as a whole only: an id. `field` holds what `wholeValues` makes of it. */
export interface WholeField {
  readonly kind: 'whole';
  readonly field: string;
  /** How the document calls the value. */
  readonly shown: string;
}

export type SearchField = TextField | WholeField;

/** A text that is completed as it is typed; what begins with all that was typed comes first, then the default order. */
export interface Suggest {
  /** Top-level in the document, and answered beside the id. */
  readonly field: string;
  /** Its words, as `searchableWords` makes them. */
  readonly words: string;
  /** The text as `wordsOnly` makes it. */
  readonly whole: string;
}

/** Who may read a view. */
export interface Access {
  readonly scope: 'orders:read' | 'products:read' | 'customers:read';
  /**
   * The field that holds the id of the customer whose document it is, stored and shown alike; absent: of nobody in
   * particular.
   */
  readonly customer?: string;
}

export interface QueryDeclaration {
  /** The document's id field in the API document; every sort ends with it, ascending. */
  readonly id: { readonly name: string; readonly sortField: string };
  readonly access: Access;
  /** The document as it is answered; what `fields` may name. */
  readonly fields: z.ZodObject;
  readonly filters: Readonly<Record<string, Filter>>;
  readonly ranges: Readonly<Record<string, NumberRange>>;
  readonly times: Readonly<Record<string, TimeRange>>;
  readonly sorts: Readonly<Record<string, Sort>>;
  readonly defaultSort: string;
  /**
   * Whether `sort=relevance` exists and is the default when `q` is given. Only then are words found in a near spelling,
   * too, since only then can it come after the others.
   */
  readonly relevance: boolean;
  readonly search: readonly SearchField[];
  /** Present where `/v1/suggest` completes a text of this view. */
  readonly suggest?: Suggest;
  /** Values hidden from lists unless the flag parameter is `true` or the filter names any value. */
  readonly hidden?: { readonly filter: string; readonly values: readonly string[]; readonly unless: string };
  /** Top-level fields that lists leave out unless `fields` names them. */
  readonly listOmits: readonly string[];
}
