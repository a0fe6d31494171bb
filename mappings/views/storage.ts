/** Where and how a view's documents are stored, as it follows from their fields. */
import type { Storage, StoredDocument } from '../contract.js';
import { type Column, isText, type Keeping } from './columns.js';
import { amounts, boolean, date, decimal, integer, keyword, unindexed } from './elasticsearch-fields.js';
import type { Fields, LeafKind } from './kinds.js';

/** A currency is free text, so there may be more of them than Elasticsearch allows lists of objects by itself. */
const AMOUNTS_MAX = 1_000_000;

const INDEXED: Readonly<Record<LeafKind, StoredDocument>> = {
  id: keyword,
  text: keyword,
  oneOf: keyword,
  texts: keyword,
  time: date,
  flag: boolean,
  count: integer,
  money: integer,
  decimal,
  moneyByCurrency: amounts,
  sources: unindexed,
};

export function storageOf(fields: Fields, columns: readonly Column[], keeping: Keeping): Storage {
  if (keeping.store === 'mongodb') return { store: 'mongodb', indexes: indexesOf(columns, keeping) };
  const settings = columns.some(({ kind }) => kind === 'moneyByCurrency')
    ? { 'index.mapping.nested_objects.limit': AMOUNTS_MAX }
    : {};
  const types = new Map(columns.map((column) => [column.path, typeOf(column, keeping)]));
  const properties = {
    ...propertiesOf(fields, types),
    ...derivedProperties('keys', columns),
    ...derivedProperties('search', columns),
  };
  return { store: 'elasticsearch', settings, properties };
}

function propertiesOf(fields: Fields, types: ReadonlyMap<string, StoredDocument>, prefix = ''): StoredDocument {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { fields: inner }]) => {
      const path = prefix + name;
      return [name, inner === null ? types.get(path) : { properties: propertiesOf(inner, types, `${path}.`) }];
    }),
  );
}

/** Only what may be asked by is indexed. Amounts are told apart by their currency however they are asked. */
function typeOf({ path, kind, field: { uses } }: Column, { id }: Keeping): StoredDocument {
  const { filter, range, time, sort, index } = uses;
  const isAsked = [filter, range, time, sort, index].some((use) => use !== undefined);
  return isAsked || path === id || kind === 'moneyByCurrency' ? INDEXED[kind] : unindexed;
}

function derivedProperties(group: 'keys' | 'search', columns: readonly Column[]): StoredDocument {
  const derived = columns.flatMap((column) => column[group]);
  if (derived.length === 0) return {};
  return { [group]: { properties: Object.fromEntries(derived.map(({ name, type }) => [name, type])) } };
}

/** For every sort in its usual direction, for every filter, and for every text that is searched. */
function indexesOf(columns: readonly Column[], { id }: Keeping): Readonly<Record<string, 1 | -1>>[] {
  const sorts = columns
    .filter(({ field }) => field.uses.sort !== undefined)
    .map(({ kind, missing, sortedBy }) => ({
      ...(missing === undefined ? {} : { [missing]: 1 as const }),
      [sortedBy]: isText(kind) ? (1 as const) : (-1 as const),
      [`keys.${id}`]: 1 as const,
    }));
  const filters = columns
    .filter(({ path, field }) => field.uses.filter !== undefined && path !== id)
    .map(({ path }) => ({ [path]: 1 as const }));
  const searches = columns.flatMap(({ searched, field }) => {
    if (searched === undefined) return [];
    return [{ [field.uses.search === 'whole' ? searched : `${searched}.terms`]: 1 as const }];
  });
  return [...sorts, ...filters, ...searches];
}
