/**
 * Whether the process is full and stays so: for a lasting time it refuses for want of places, and what holds them does not
 * let go. A process that has too much to do gives its places to others all the time, answers as much as it can, and is
 * not saturated, however many it refuses: to take that one out of a balancer would only move its load to the next.
 */

/** What was given back is counted in so many parts of the time. */
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

export class Saturation {
  readonly #settings: SaturationSettings;
  /** How many places are held. */
  readonly #held: () => number;
  readonly #now: () => number;
  /** How many places were given back, by the number of the part. */
  readonly #released = new Map<number, number>();
  /** When somebody was refused first since there was ample room; `null`: nobody was. */
  #shortSince: number | null = null;
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
    this.#refusedAt = this.#now();
    this.#shortSince ??= this.#refusedAt;
  }

  released(): void {
    if (this.#settings.afterMs === 0) return;
    if (this.#hasRoom()) this.#shortSince = null;
    const present = this.#present();
    this.#released.set(present, (this.#released.get(present) ?? 0) + 1);
    for (const part of this.#released.keys()) if (part < present - PARTS) this.#released.delete(part);
  }

  get isLasting(): boolean {
    if (!this.#isLasting) this.#isLasting = this.#isFull();
    else if (this.#isCalm()) {
      this.#isLasting = false;
      this.#shortSince = null;
    }
    return this.#isLasting;
  }

  /** Whoever asks seldom is refused seldom: that there is no place, and hardly one comes back, is what counts. */
  #isFull(): boolean {
    const { max, afterMs } = this.#settings;
    if (this.#shortSince === null || this.#now() - this.#shortSince < afterMs || this.#held() < max) return false;
    const present = this.#present();
    const past = Array.from({ length: PARTS }, (_, i) => this.#released.get(present - 1 - i) ?? 0);
    return past.reduce((sum, released) => sum + released, 0) < max;
  }

  #isCalm(): boolean {
    const isQuiet = this.#now() - this.#refusedAt > (this.#settings.afterMs / PARTS) * CALM_PARTS;
    return isQuiet && this.#hasRoom();
  }

  #hasRoom(): boolean {
    return this.#held() <= this.#settings.max * CALM_HELD;
  }

  #present(): number {
    return Math.floor(this.#now() / (this.#settings.afterMs / PARTS));
  }
}
