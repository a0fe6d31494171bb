/** A document as its store keeps it, and back: the document itself, its maps as lists, and `keys` and `search` beside it. */
import type { DerivationSettings, StoredDocument } from '../contract.js';
import type { Column, Derived } from './columns.js';
import { fromAmounts, fromPairs, toAmounts, toPairs } from './sources.js';

export interface StoredForm {
  toStored(document: object, settings: DerivationSettings): StoredDocument;
  fromStored(stored: StoredDocument): StoredDocument;
}

/** What no store can keep as it is. */
const MAPS = {
  sources: { to: toPairs, from: fromPairs },
  moneyByCurrency: { to: toAmounts, from: fromAmounts },
} as const;

/** Every document passes here: what there is to do is gathered once. */
export function storedFormOf(columns: readonly Column[]): StoredForm {
  const maps = columns.flatMap(({ name, kind }) =>
    kind === 'sources' || kind === 'moneyByCurrency' ? [{ name, ...MAPS[kind] }] : [],
  );
  const keys = derivedBy(columns, ({ keys }) => keys);
  const search = derivedBy(columns, ({ search }) => search);
  return {
    toStored(document, settings) {
      const stored: Record<string, unknown> = { ...document };
      for (const { name, to } of maps) stored[name] = to(stored[name] as never);
      if (keys.length > 0) stored.keys = valuesOf(keys, document, settings);
      if (search.length > 0) stored.search = valuesOf(search, document, settings);
      return stored;
    },
    fromStored(stored) {
      const { keys: _, search: __, ...document } = stored as Record<string, unknown>;
      for (const { name, from } of maps) document[name] = from(document[name] as never);
      return document;
    },
  };
}

interface ColumnDerived {
  readonly column: Column;
  readonly derived: Derived;
}

function derivedBy(columns: readonly Column[], of: (column: Column) => readonly Derived[]): ColumnDerived[] {
  return columns.flatMap((column) => of(column).map((derived) => ({ column, derived })));
}

function valuesOf(all: readonly ColumnDerived[], document: object, settings: DerivationSettings): StoredDocument {
  const values: Record<string, unknown> = {};
  for (const { column, derived } of all) values[derived.name] = derived.from(column.read(document), settings);
  return values;
}
