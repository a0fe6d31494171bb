/**
 * What may be asked of a view: one declaration gives parameter validation, the store query and the documentation.
 * `field` is always a path in the stored document.
 */
import type { z } from 'zod';

/** Equality, repeatable or comma-separated. */
export type Filter =
  | { readonly kind: 'keyword'; readonly field: string; readonly values?: readonly string[]; readonly facet: boolean }
  | { readonly kind: 'boolean'; readonly field: string; readonly facet: boolean };

/** `nameMin` and `nameMax`, both inclusive. */
export interface NumberRange {
  readonly field: string;
  readonly type: 'integer' | 'number';
}

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
 * Where the words of `q` are looked for: inside a text, or as a whole value in any case (ids). In MongoDB, which has no
 * analyzer for it, `field` names an object with the text as `folded` and its index terms as `terms` (see text.ts).
 */
export type SearchField =
  | { readonly kind: 'text'; readonly field: string; readonly weight: number }
  | { readonly kind: 'whole'; readonly field: string };

/** Who may read a view. */
export interface Access {
  readonly scope: 'orders:read' | 'products:read' | 'customers:read';
  /** The stored field that holds the id of the customer whose document it is; absent: of nobody in particular. */
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
  /** Whether `sort=relevance` exists and is the default when `q` is given. */
  readonly relevance: boolean;
  readonly search: readonly SearchField[];
  /** Values hidden from lists unless the flag parameter is `true` or the filter names any value. */
  readonly hidden?: { readonly filter: string; readonly values: readonly string[]; readonly unless: string };
  /** Top-level fields that lists leave out unless `fields` names them. */
  readonly listOmits: readonly string[];
}
