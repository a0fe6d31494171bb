/**
 * Whether the process is full and stays so: for a lasting time it refuses for want of places, and what holds them does not
 * let go. A process that has too much to do gives its places to others all the time, answers as much as it can, and is
 * not saturated, however many it refuses: to take that one out of a balancer would only move its load to the next.
 */

/** In each of so many parts of the time something was refused. */
const PARTS = 10;
/** It is over after so many parts without a refusal, when so much of all is held at most. */
const CALM_PARTS = 5;
const CALM_HELD = 0.75;

export interface SaturationSettings {
  /** How many places there are. */
  readonly max: number;
  /** For how long it must last (ms); 0: it is never said. */
  readonly afterMs: number;
}

interface Part {
  refused: number;
  released: number;
}

export class Saturation {
  readonly #settings: SaturationSettings;
  /** How many places are held. */
  readonly #held: () => number;
  readonly #now: () => number;
  readonly #parts = new Map<number, Part>();
  #refusedAt = Number.NEGATIVE_INFINITY;
  #isLasting = false;

  /** `now`: milliseconds that only grow. */
  constructor(settings: SaturationSettings, held: () => number, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#held = held;
    this.#now = now;
  }

  /** Somebody was refused because all places were held. */
  refused(): void {
    if (this.#settings.afterMs === 0) return;
    this.#part().refused += 1;
    this.#refusedAt = this.#now();
  }

  released(): void {
    if (this.#settings.afterMs > 0) this.#part().released += 1;
  }

  get isLasting(): boolean {
    this.#isLasting = this.#isLasting ? !this.#isCalm() : this.#isFull();
    return this.#isLasting;
  }

  #isFull(): boolean {
    const { max, afterMs } = this.#settings;
    if (afterMs === 0) return false;
    const present = this.#present();
    const past = Array.from({ length: PARTS }, (_, i) => this.#parts.get(present - 1 - i));
    const released = past.reduce((sum, part) => sum + (part?.released ?? 0), 0);
    return past.every((part) => part !== undefined && part.refused > 0) && released < max;
  }

  #isCalm(): boolean {
    const { max, afterMs } = this.#settings;
    const isQuiet = this.#now() - this.#refusedAt > (afterMs / PARTS) * CALM_PARTS;
    return isQuiet && this.#held() <= max * CALM_HELD;
  }

  #present(): number {
    return Math.floor(this.#now() / (this.#settings.afterMs / PARTS));
  }

  #part(): Part {
    const present = this.#present();
    const known = this.#parts.get(present);
    if (known !== undefined) return known;
    const part = { refused: 0, released: 0 };
    this.#parts.set(present, part);
    for (const number of this.#parts.keys()) if (number < present - PARTS) this.#parts.delete(number);
    return part;
  }
}
