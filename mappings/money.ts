/** Sums of counts and of money in minor units; they stop at 2^53 − 1 instead of losing precision. */

export function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

export function multiply(a: number, b: number): number {
  return Math.min(a * b, Number.MAX_SAFE_INTEGER);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total = add(total, value);
  return total;
}

/** Amounts per currency as pairs, ascending by currency: a currency is free text and no safe object key. */
export type Amounts = readonly (readonly [currency: string, amount: number])[];

export class CurrencySums {
  private readonly sums = new Map<string, number>();

  add(currency: string, amount: number): void {
    this.sums.set(currency, add(this.sums.get(currency) ?? 0, amount));
  }

  amounts(): Amounts {
    return [...withinBytes(this.sums)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

/**
 * What the names of one sum's currencies take at most, as JSON: any text of 8,000 characters may be one, and what keeps
 * a month of such sums in one record must stay far below MongoDB's 16 MB.
 */
const CURRENCIES_BYTES_MAX = 256 * 1024;
/** A UTF-16 unit as JSON: `\u0001`. */
const UNIT_BYTES_MAX = 6;

/** All, but where names of thousands of characters are too many: then the shortest, among which the real ones are. */
function withinBytes(sums: ReadonlyMap<string, number>): Iterable<readonly [string, number]> {
  let unitsMax = 0;
  for (const currency of sums.keys()) unitsMax += currency.length;
  if (unitsMax * UNIT_BYTES_MAX <= CURRENCIES_BYTES_MAX) return sums;
  const shortestFirst = [...sums].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  let bytes = 0;
  return shortestFirst.filter(([currency]) => {
    bytes += Buffer.byteLength(JSON.stringify(currency));
    return bytes <= CURRENCIES_BYTES_MAX;
  });
}

export function sumByCurrency(amounts: Iterable<readonly [string, number]>): Amounts {
  const sums = new CurrencySums();
  for (const [currency, amount] of amounts) sums.add(currency, amount);
  return sums.amounts();
}
