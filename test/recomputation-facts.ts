/** What the oracle of every view is made of: the states of all aggregates, and how their fields are read and summed. */
import type { Text } from './recomputation-documents.js';
import type { State, States } from './recomputation-fold.js';

export interface Facts {
  readonly customers: States;
  readonly products: States;
  readonly orders: States;
  /** The business day, as `YYYY-MM-DD`. */
  readonly today: string;
  /** The business day of a time. */
  dayOf(time: string): string;
}

export const cap = (sum: number): number => Math.min(sum, Number.MAX_SAFE_INTEGER);
export const sumOf = (numbers: number[]): number => numbers.reduce((sum, n) => cap(sum + n), 0);

/** What a present aggregate says of its fields; one that is not founded, or deleted, says nothing. */
export function read<Field extends string>(state: State | undefined, ...fields: Field[]): Record<Field, Text> {
  const values = fields.map((field) => [field, state?.founded ? (state.registers.get(field) ?? null) : null]);
  return Object.fromEntries(values);
}
export const nameOf = (state: State | undefined): Text => (state?.deleted ? state.knownName : read(state, 'name').name);

export const sourcesOf = (joined: [string, State | undefined][]): Record<string, number | null> =>
  Object.fromEntries(joined.map(([key, state]) => [key, state?.sequence ?? null]));

export function amountsByCurrency(entries: { currency: string; amount: number }[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { currency, amount } of entries) sums.set(currency, cap((sums.get(currency) ?? 0) + amount));
  return Object.fromEntries(sums);
}

export function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key) ?? [];
  list.push(item);
  lists.set(key, list);
}
