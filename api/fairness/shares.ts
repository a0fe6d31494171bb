/**
 * How much of what there is a limited number of one caller may hold: in proportion to what would be left. Alone it may
 * hold its share of all; the more others hold, the less, and something is left for whoever comes next.
 */
export class Shares {
  /** So many times what is left. */
  readonly #timesLeft: number;
  readonly #held = new Map<string, number>();

  /** `percent`: what a caller may hold of all while no other holds any; 100: callers are not told apart. */
  constructor(percent: number) {
    this.#timesLeft = percent / (100 - percent);
  }

  has(caller: string): boolean {
    return this.#held.has(caller);
  }

  /** `left`: how many would be left for others. @returns what gives it back, once; `null` when it would be too much. */
  take(caller: string, left: number): (() => void) | null {
    const held = (this.#held.get(caller) ?? 0) + 1;
    // Whoever holds nothing may have what there is.
    if (held > 1 && this.#timesLeft !== Number.POSITIVE_INFINITY && held > this.#timesLeft * left) return null;
    this.#held.set(caller, held);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const before = this.#held.get(caller) ?? 1;
      if (before === 1) this.#held.delete(caller);
      else this.#held.set(caller, before - 1);
    };
  }
}
