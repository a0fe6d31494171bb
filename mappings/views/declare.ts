/**
 * A view's fields, declared once, and all that follows from them: the type of its documents, how they are stored, what
 * may be asked, OpenAPI, `/v1/meta` and the client's types.
 */
import type { DerivationSettings, Storage, StoredDocument } from '../contract.js';
import { type QueriesOf, queriesOf, type Settings } from './asked.js';
import { type Column, columnsOf } from './columns.js';
import { type DocumentOf, exampleOf, type Fields } from './kinds.js';
import { storageOf } from './storage.js';
import { storedFormOf } from './stored-form.js';

export interface Declared<F extends Fields, S> {
  readonly storage: Storage;
  readonly queries: QueriesOf<F, S>;
  readonly example: DocumentOf<F>;
  toStored(document: DocumentOf<F>, settings: DerivationSettings): StoredDocument;
  fromStored(stored: StoredDocument): DocumentOf<F>;
}

/** @throws TypeError for fields that no document can be stored by, or not asked for as they say */
export function declare<const S extends Settings<F>, F extends Fields>(settings: S, fields: F): Declared<F, S> {
  requireFields(fields);
  const columns = columnsOf(fields, settings);
  requireDistinct(columns);
  requireFiltered(columns, settings.access.customer);
  const { toStored, fromStored } = storedFormOf(columns);
  return {
    storage: storageOf(fields, columns, settings),
    queries: queriesOf(fields, columns, settings) as unknown as QueriesOf<F, S>,
    example: exampleOf(fields),
    toStored,
    fromStored: (stored) => fromStored(stored) as DocumentOf<F>,
  };
}

/** Of the stored form, and of what a store's adapter adds to it. */
const TAKEN = ['keys', 'search', 'hidden', 'ticket'];

function requireFields(fields: Fields, above = ''): void {
  for (const [name, { kind, uses, fields: inner }] of Object.entries(fields)) {
    const path = above + name;
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw new TypeError(`The field ${path} needs a name of letters and digits that begins with a small letter.`);
    }
    if (TAKEN.includes(path)) throw new TypeError(`The name ${path} is taken: documents are stored with it.`);
    // Within an object or a list there may be several values, or none.
    const isOfDocument = kind === 'sources' || kind === 'moneyByCurrency' || uses.sort || uses.suggest || uses.omitted;
    if (above !== '' && isOfDocument) {
      throw new TypeError(`The field ${path} is within another, and is or has what is for fields at the top only.`);
    }
    requireFields(inner ?? {}, `${path}.`);
  }
}

function requireDistinct(columns: readonly Column[]): void {
  for (const group of ['keys', 'search'] as const) {
    const names = columns.flatMap((column) => column[group].map(({ name }) => name));
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice === undefined) continue;
    throw new TypeError(
      `Two fields are stored as ${group}.${twice}: give one of them another name, or search it "as" one.`,
    );
  }
}

/** By whose documents they are every list of theirs is narrowed, and by its currency every amount is counted. */
function requireFiltered(columns: readonly Column[], customer: string | undefined): void {
  const filtered = new Set(columns.filter(({ field }) => field.uses.filter !== undefined).map(({ path }) => path));
  const named = [customer, ...columns.map(({ field }) => field.uses.currency)];
  const lacking = named.find((path) => path !== undefined && !filtered.has(path));
  if (lacking === undefined) return;
  throw new TypeError(`The field ${lacking} tells whose documents they are, or a currency: declare it, with a filter.`);
}
