/**
 * The fields of a view one by one, however deep they are, each with what is stored beside the document so that it can
 * be sorted and searched by: in `keys` and in `search`.
 */
import { codePointKey } from '../code-point-key.js';
import type { DerivationSettings, StoredDocument } from '../contract.js';
import { searchableWords, searchTerms, type Texts, wholeValues, wordsOnly } from '../search-keys.js';
import { boolean, integer, lookup, words } from './elasticsearch-fields.js';
import type { Field, Fields, LeafKind } from './kinds.js';
import { amountIn } from './sources.js';

/** What decides how fields are stored, beside themselves. */
export interface Keeping {
  readonly store: 'elasticsearch' | 'mongodb';
  /** The field that holds the document's id. */
  readonly id: string;
}

export interface Column extends Place {
  /** The path of what its sort is by: the value itself, or a key of it. */
  readonly sortedBy: string;
  /** The path of a boolean that is true where the value is missing. */
  readonly missing: string | undefined;
  /** The path of what the words of `q` are looked for in. */
  readonly searched: string | undefined;
  /** The path of the text as `wordsOnly` makes it. */
  readonly whole: string | undefined;
  readonly keys: readonly Derived[];
  readonly search: readonly Derived[];
}

export interface Derived {
  readonly name: string;
  /** In Elasticsearch. */
  readonly type: StoredDocument;
  /** Of the field's value; of one in a list, of all values in one list. */
  from(value: unknown, settings: DerivationSettings): unknown;
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly kind: LeafKind;
  readonly field: Field;
  /** Whether there is a list of values: it is one, or stands in one. */
  readonly isListed: boolean;
  read(document: unknown): unknown;
}

export function columnsOf(fields: Fields, keeping: Keeping): readonly Column[] {
  return placesOf(fields).map((place) => {
    const keys = keysOf(place, keeping);
    const [key, missing] = keys.map(({ name }) => `keys.${name}`);
    const search = searchOf(place, keeping);
    const [searched, whole] = search.map(({ name }) => `search.${name}`);
    return { ...place, sortedBy: key ?? place.path, missing, searched, whole, keys, search };
  });
}

type Above = Pick<Place, 'path' | 'isListed' | 'read'>;

function placesOf(fields: Fields, above?: Above): Place[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const { kind } = field;
    const place = {
      path: above === undefined ? name : `${above.path}.${name}`,
      name,
      field,
      isListed: above?.isListed === true || kind === 'list' || kind === 'texts',
      read: readerOf(name, above),
    };
    if (kind === 'object' || kind === 'list') return placesOf(field.fields ?? {}, place);
    return [{ ...place, kind }];
  });
}

function readerOf(name: string, above: Above | undefined): (document: unknown) => unknown {
  const of = (holder: unknown) => (holder as StoredDocument)[name];
  if (above === undefined) return of;
  const { read } = above;
  return above.isListed
    ? (document) => (read(document) as readonly unknown[]).flatMap(of)
    : (document) => of(read(document));
}

/** The key that sorts, and whether it is missing. */
function keysOf({ path, name, kind, field: { uses } }: Place, { store, id }: Keeping): Derived[] {
  if (kind === 'moneyByCurrency') {
    const isAsked = uses.sort !== undefined || uses.range !== undefined;
    return isAsked ? [{ name, type: integer, from: inReportingCurrency }] : [];
  }
  if (store === 'elasticsearch' || (path !== id && uses.sort === undefined)) return [];
  // By code point on every server, and without a value as the empty text.
  const key = { name, type: {}, from: (value: unknown) => codePointKey((value as string | null) ?? '') };
  if (uses.missingLast) return [key, { name: `${name}Missing`, type: boolean, from: (value) => value === null }];
  return isText(kind) ? [key] : [];
}

function inReportingCurrency(value: unknown, { reportingCurrency }: DerivationSettings): number {
  return amountIn(value as Readonly<Record<string, number>>, reportingCurrency);
}

export function isText(kind: LeafKind): boolean {
  return kind === 'id' || kind === 'text' || kind === 'oneOf';
}

/** What words are looked for in, and the whole text for those that are nothing else. */
function searchOf({ name: own, isListed, field: { uses } }: Place, { store }: Keeping): Derived[] {
  const { search, suggest } = uses;
  if (search === undefined) return [];
  if (search === 'whole') return [{ name: own, type: lookup, from: (value) => wholeValues(value as Texts) }];
  const name = search.as ?? own;
  if (store === 'mongodb') return [{ name, type: {}, from: (value) => searchTerms(value as Texts) }];
  const sought: Derived = { name, type: words, from: (value) => searchableWords(value as Texts) };
  if (search.exact === undefined && suggest === undefined) return [sought];
  const whole = isListed
    ? (value: unknown) => (value as readonly (string | null)[]).map(wordsOnly)
    : (value: unknown) => wordsOnly(value as string | null);
  return [sought, { name: `${name}Only`, type: lookup, from: whole }];
}
