/**
 * The events that searches found, for a minute from the end of the first search and however often they are used: they
 * may hold what is erased meanwhile.
 */
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
  /** Least recently used first. */
  readonly #kept = new Map<string, { readonly found: FoundEvents; readonly expiry: NodeJS.Timeout }>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get(key: string): FoundEvents | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.found;
  }

  /** Others make room for it. It is never forgotten for its own size: what asks for it would search anew each time. */
  keep(key: string, found: FoundEvents): void {
    this.#forget(key);
    const leftMs = found.since + KEPT_MS - performance.now();
    if (leftMs <= 0) return;
    this.#kept.set(key, { found, expiry: setTimeout(() => this.#forget(key), leftMs).unref() });
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + ENTRY_BYTES + kept.found.bytes, 0);
    for (const [other, kept] of this.#kept) {
      if (bytes <= this.#bytesMax || other === key) break;
      bytes -= ENTRY_BYTES + kept.found.bytes;
      this.#forget(other);
    }
  }

  #forget(key: string): void {
    clearTimeout(this.#kept.get(key)?.expiry);
    this.#kept.delete(key);
  }
}
