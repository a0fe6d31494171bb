/** `sources` of a document: which version of each aggregate it shows. */
import type { AggregateName } from '../events/event.js';

export type Sources = Readonly<Record<string, number | null>>;

/** Pairs: ids contain dots and `$`, which are no safe keys in the stores. */
export type StoredSources = readonly (readonly [string, number | null])[];

export function sourceName(aggregate: AggregateName, id: string): string {
  return `${aggregate}/${id}`;
}

/** Defines own keys whatever their name, `__proto__` included. */
export function fromPairs<Value>(pairs: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(pairs);
}

export function toPairs<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record);
}
