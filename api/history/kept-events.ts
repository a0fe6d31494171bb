/**
 * The events that searches found, for a minute from the end of the first search and however often they are used: they
 * may hold what is erased meanwhile.
 */
import { LRUCache } from 'lru-cache';
import type { Delivery } from '../../mappings/aggregates/merge.js';

export interface FoundEvents {
  /** By `topic/partition`. */
  readonly parts: ReadonlyMap<string, FoundPart>;
  /** What the records held in which they were found (see `bytesOf`). */
  readonly bytes: number;
  /** When the first search ended, on the clock of `performance.now()`. */
  readonly since: number;
}

export interface FoundPart {
  /** In the order of the log. */
  readonly events: readonly Delivery[];
  /** Where the search goes on. */
  readonly next: number;
  /** The partition's first offset. */
  readonly begins: number;
  /** Whether no batch of it could not be read. */
  readonly isAllRead: boolean;
}

const KEPT_MS = 60_000;
/** What it takes to keep that nothing was found, about. */
const ENTRY_BYTES = 1_000;

export class KeptEvents {
  readonly #bytesMax: number;
  readonly #kept: LRUCache<string, { readonly found: FoundEvents; readonly expiry: NodeJS.Timeout }>;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    // Not by the library's own time to live: its timers keep what expires earlier than others for as long as those.
    this.#kept = new LRUCache({ maxSize: bytesMax, dispose: ({ expiry }) => clearTimeout(expiry) });
  }

  get(key: string): FoundEvents | undefined {
    return this.#kept.get(key)?.found;
  }

  /** Others make room for it. It is never forgotten for its own size: what asks for it would search anew each time. */
  keep(key: string, found: FoundEvents): void {
    this.#kept.delete(key);
    const leftMs = found.since + KEPT_MS - performance.now();
    if (leftMs <= 0) return;
    const expiry = setTimeout(() => this.#kept.delete(key), leftMs).unref();
    this.#kept.set(key, { found, expiry }, { size: Math.min(this.#bytesMax, ENTRY_BYTES + found.bytes) });
  }
}
