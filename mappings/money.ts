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
    return [...this.sums].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

export function sumByCurrency(amounts: Iterable<readonly [string, number]>): Amounts {
  const sums = new CurrencySums();
  for (const [currency, amount] of amounts) sums.add(currency, amount);
  return sums.amounts();
}
