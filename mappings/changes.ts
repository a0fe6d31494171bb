/** By which ids subscribers choose among the changes of documents. */
import type { QueryDeclaration } from './queries.js';

export const CHANGE_KEYS = ['customerId', 'orderId', 'productId'] as const;

export type ChangeKey = (typeof CHANGE_KEYS)[number];

/** The ids of one document: its own, and those that it refers to. A key that the view does not have is absent. */
export type ChangeKeys = { readonly [Key in ChangeKey]?: readonly string[] };

/** The keys that a view's documents have: the id that they go by, and the ids that they are filtered by. */
export function changeKeysOf({ id, filters }: QueryDeclaration): readonly ChangeKey[] {
  return CHANGE_KEYS.filter((key) => key === id.name || Object.hasOwn(filters, key));
}

/** The ids that a document, as it is shown, can be chosen by. */
export function keysOfDocument(queries: QueryDeclaration, id: string, document: unknown): ChangeKeys {
  return Object.fromEntries(
    changeKeysOf(queries).map((key) => {
      const field = queries.filters[key]?.field;
      return [key, key === queries.id.name || field === undefined ? [id] : textsAt(document, field.split('.'))];
    }),
  );
}

/** Both together. */
export function unitedKeys(some: ChangeKeys, others: ChangeKeys): ChangeKeys {
  return Object.fromEntries(
    CHANGE_KEYS.flatMap((key) => {
      const [own, other] = [some[key], others[key]];
      const both = own === undefined || other === undefined ? (own ?? other) : [...new Set([...own, ...other])];
      return both === undefined ? [] : [[key, both]];
    }),
  );
}

/** Every text at the path, each once; lists are looked into. */
function textsAt(document: unknown, path: readonly string[]): readonly string[] {
  let values: readonly unknown[] = [document];
  for (const name of path) {
    values = values.flatMap((value) =>
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : [],
    );
  }
  return [...new Set(values.filter((value): value is string => typeof value === 'string'))];
}
