/** `sources` of a document: which version of each aggregate it shows. */
import type { AggregateName } from '../events/event.js';

/** Pairs: ids contain dots and `$`, which are no safe keys in the stores. */
export type StoredSources = readonly (readonly [string, number | null])[];

export function sourceName(aggregate: AggregateName, id: string): string {
  return `${aggregate}/${id}`;
}

/**
 * Without a prototype, `__proto__` is a key like any other, and V8 makes no hidden class for each combination of ids.
 */
export function fromPairs<Value>(pairs: readonly (readonly [string, Value])[]): Record<string, Value> {
  const record: Record<string, Value> = Object.create(null);
  for (const [key, value] of pairs) record[key] = value;
  return record;
}

export function toPairs<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record);
}
