/** Maps by free keys, as documents have them and as the stores keep them: `sources`, and amounts by currency. */
import type { AggregateName } from '../events/event.js';

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

/** Amounts by currency, in a form whose currencies and amounts a store can tell apart. */
export type StoredAmounts = readonly { readonly currency: string; readonly amount: number }[];

export function toAmounts(record: Readonly<Record<string, number>>): StoredAmounts {
  return Object.entries(record).map(([currency, amount]) => ({ currency, amount }));
}

/** Also of generations of before there was this form: pairs. */
export function fromAmounts(amounts: StoredAmounts | readonly (readonly [string, number])[]): Record<string, number> {
  return fromPairs(amounts.map((one) => ('currency' in one ? [one.currency, one.amount] : one)));
}

/** 0 without any in the currency. */
export function amountIn(record: Readonly<Record<string, number>>, currency: string): number {
  return Object.hasOwn(record, currency) ? (record[currency] ?? 0) : 0;
}

/** For the stores, in which ids are no safe keys: they contain dots and `$`. */
export function toPairs<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record);
}
