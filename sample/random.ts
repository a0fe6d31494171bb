/** A seeded stream of random numbers (sfc32): the same seed gives the same shop on every machine. */
export class Random {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c = 0xb7e15162;
  #counter = 1;

  constructor(seed: string) {
    for (const character of seed) {
      this.#a = Math.imul(this.#a ^ (character.codePointAt(0) ?? 0), 0x01000193);
      this.#word();
    }
    for (let i = 0; i < 16; i += 1) this.#word();
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    return this.#word() / 0x1_0000_0000;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** Six in ten times the first item, then the second, and so on: a few are common, the rest is rare. */
  pickSkewed<Item>(items: readonly [Item, ...Item[]]): Item {
    for (const item of items) if (this.chance(0.6)) return item;
    return items[0];
  }

  #hex(): string {
    return this.#word().toString(16).padStart(8, '0');
  }

  /** A UUID of version 4 by its form. */
  uuid(): string {
    const hex = this.#hex() + this.#hex() + this.#hex() + this.#hex();
    const variant = '89ab'[this.between(0, 3)];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** Draws ranks 0 … count − 1 by Zipf's law: rank r is drawn in proportion to 1 / (r + 1)^exponent. */
export function zipf(count: number, exponent: number): (random: Random) => number {
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank += 1) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return (random) => {
    const target = random.next() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? total) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
