/**
 * A view's fields, declared once, and all that follows from them: the type of its documents, how they are stored, what
 * may be asked, OpenAPI, `/v1/meta` and the client's types.
 */
import type { DerivationSettings, Storage, StoredDocument } from '../contract.js';
import { type QueriesOf, queriesOf, type Settings } from './asked.js';
import { type Column, columnsOf } from './columns.js';
import type { DocumentOf, Field, Fields, LeafKind } from './kinds.js';
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
  const { toStored, fromStored } = storedFormOf(columns);
  return {
    storage: storageOf(fields, columns, settings),
    queries: queriesOf(fields, columns, settings) as unknown as QueriesOf<F, S>,
    example: exampleOf(fields) as DocumentOf<F>,
    toStored,
    fromStored: (stored) => fromStored(stored) as DocumentOf<F>,
  };
}

/** Of the stored form, and of what a store's adapter adds to it. */
const TAKEN = ['keys', 'search', 'hidden', 'ticket'];

function requireFields(fields: Fields): void {
  for (const [name, field] of Object.entries(fields)) {
    requireName(name);
    if (TAKEN.includes(name)) throw new TypeError(`The name ${name} is taken: documents are stored with it.`);
    requireInner(name, field);
  }
}

function requireName(name: string): void {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
    throw new TypeError(`The field ${name} needs a name of letters and digits that begins with a small letter.`);
  }
}

/** Within an object or a list there may be several values, or none: what is for one of each document is not for them. */
function requireInner(path: string, { fields }: Field): void {
  for (const [name, field] of Object.entries(fields ?? {})) {
    requireName(name);
    const { kind, uses } = field;
    const isOfDocument = kind === 'sources' || kind === 'moneyByCurrency';
    if (isOfDocument || uses.sort !== undefined || uses.suggest !== undefined || uses.omitted !== undefined) {
      throw new TypeError(
        `The field ${path}.${name} is within another: sort, suggest, omitted, moneyByCurrency and sources are for fields at the top.`,
      );
    }
    requireInner(`${path}.${name}`, field);
  }
}

function requireDistinct(columns: readonly Column[]): void {
  const names = columns.flatMap(({ search }) => search.map(({ name }) => name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new TypeError(`Two fields are searched by the name ${twice}: give one of them another by "as".`);
  }
}

const ANY: Readonly<Record<LeafKind, unknown>> = {
  id: 'example',
  text: 'example',
  oneOf: 'example',
  texts: ['example'],
  time: '2026-11-01T10:00:00.000Z',
  flag: true,
  count: 1,
  money: 1,
  decimal: 1,
  moneyByCurrency: {},
  sources: {},
};

/** As the fields say, or else something of their kind. */
function exampleOf(fields: Fields): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { kind, uses, values, fields: inner }]) => {
      if (uses.example !== undefined) return [name, uses.example];
      if (kind === 'object') return [name, exampleOf(inner ?? {})];
      if (kind === 'list') return [name, [exampleOf(inner ?? {})]];
      return [name, values?.[0] ?? ANY[kind]];
    }),
  );
}
