/**
 * Lists as they were answered a moment ago, for when their store is down. Bounded in number, bytes and age: what was
 * answered before is gone after `ageMs`, whoever asks, so that what was erased meanwhile does not live on here.
 */
import type { Freshness } from '../ports.js';

export interface RecentAnswersSettings {
  /** 0: none is kept. */
  readonly ageMs: number;
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** An answer as it was given. */
export interface ListAnswer {
  /** Each document, in JSON. */
  readonly data: readonly string[];
  /** What is beside them, an object in JSON. */
  readonly beside: string;
  /** The header `Link`. */
  readonly link: string;
  readonly freshness: Freshness;
}

export interface RecentAnswer extends ListAnswer {
  readonly ageMs: number;
}

interface Kept extends ListAnswer {
  /** When its documents had not been read yet, by `now`. */
  readonly askedAt: number;
}

export class RecentAnswers {
  readonly #settings: RecentAnswersSettings;
  readonly #now: () => number;
  /** Oldest first, by when they were kept. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #sweep: NodeJS.Timeout | null = null;

  /** `now`: milliseconds that only grow. */
  constructor(settings: RecentAnswersSettings, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#now = now;
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** To be called before the documents are read: the age of what they become counts from here. */
  begin(): number {
    return this.#now();
  }

  keep(key: string, answer: ListAnswer, askedAt: number): void {
    const { ageMs, entriesMax, bytesMax } = this.#settings;
    this.#dropOld();
    const before = this.#kept.get(key);
    if (ageMs === 0 || (before !== undefined && before.askedAt > askedAt)) return;
    this.#drop(key);
    if (bytesOf(key, answer) > bytesMax) return;
    this.#kept.set(key, { ...answer, askedAt });
    this.#bytes += bytesOf(key, answer);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= entriesMax && this.#bytes <= bytesMax) break;
      this.#drop(oldest);
    }
    this.#dropLater();
  }

  find(key: string): RecentAnswer | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    const ageMs = this.#now() - kept.askedAt;
    return ageMs > this.#settings.ageMs ? null : { ...kept, ageMs };
  }

  #dropOld(): void {
    const now = this.#now();
    for (const [key, { askedAt }] of this.#kept) {
      if (now - askedAt <= this.#settings.ageMs) return;
      this.#drop(key);
    }
  }

  /** When nobody asks any more, too. */
  #dropLater(): void {
    this.#sweep ??= setTimeout(() => {
      this.#sweep = null;
      this.#dropOld();
      if (this.#kept.size > 0) this.#dropLater();
    }, this.#settings.ageMs).unref();
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= bytesOf(key, kept);
  }
}

/** Texts take up to two bytes a character in memory. */
function bytesOf(key: string, { data, beside, link }: ListAnswer): number {
  return 2 * [key, ...data, beside, link].reduce((sum, text) => sum + text.length, 0);
}
