/** A map that forgets what was longest not set, beyond so many. */
export class LatestMap<Value> {
  readonly #values = new Map<string, Value>();
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.limit(this.#max);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** Keeps the latest so many, now and from now on. */
  limit(max: number): void {
    this.#max = max;
    for (const key of this.#values.keys()) {
      if (this.#values.size <= max) return;
      this.#values.delete(key);
    }
  }
}
