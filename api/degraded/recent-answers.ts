/**
 * Lists as they were answered a moment ago, for when their store is down. Bounded in number, bytes and age: what was
 * answered before is gone after `ageMs`, whoever asks, so that what was erased meanwhile does not live on here.
 */
import { LRUCache } from 'lru-cache';
import type { Freshness } from '../ports/freshness.js';

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
  /** Those kept first go first: being found makes none of them newer. */
  readonly #kept: LRUCache<string, Kept>;
  #sweep: NodeJS.Timeout | null = null;

  /** `now`: milliseconds that only grow. */
  constructor(settings: RecentAnswersSettings, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#kept = new LRUCache({
      ...{ max: settings.entriesMax, maxSize: settings.bytesMax },
      sizeCalculation: (answer, key) => bytesOf(key, answer),
    });
    this.#now = now;
  }

  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /** To be called before the documents are read: the age of what they become counts from here. */
  begin(): number {
    return this.#now();
  }

  keep(key: string, answer: ListAnswer, askedAt: number): void {
    this.#dropOld();
    const before = this.#kept.peek(key);
    if (this.#settings.ageMs === 0 || (before !== undefined && before.askedAt > askedAt)) return;
    this.#kept.set(key, { ...answer, askedAt });
    this.#dropLater();
  }

  find(key: string): RecentAnswer | null {
    const kept = this.#kept.peek(key);
    if (kept === undefined) return null;
    const ageMs = this.#now() - kept.askedAt;
    return ageMs > this.#settings.ageMs ? null : { ...kept, ageMs };
  }

  #dropOld(): void {
    for (const key of this.#kept.rkeys()) {
      if (this.find(key) !== null) return;
      this.#kept.delete(key);
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
}

/** Texts take up to two bytes a character in memory. */
function bytesOf(key: string, { data, beside, link }: ListAnswer): number {
  return 2 * [key, ...data, beside, link].reduce((sum, text) => sum + text.length, 0);
}
