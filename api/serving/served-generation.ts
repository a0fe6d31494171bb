/** Which generation is served, remembered for a moment. */

import { withinTime } from '../../runtime/deadline.js';
import { NotReady } from '../ports/errors.js';
import type { GenerationSource, RegistrySource, Served } from '../ports/generations.js';

const FRESH_MS = 1_000;
/**
 * A slow registry is waited for: two processes of which one still serves the former generation would let readers go
 * back. A switch lets nothing move on until both times have passed (`SEEN_AFTER_MS` there).
 */
const REFRESH_WAIT_MS = 2_000;

/**
 * When the registry cannot be read at all, what it said last goes on, so that searches outlive their store; nobody waits
 * again until it has answered.
 */
export class ServedGeneration implements GenerationSource {
  readonly #registry: RegistrySource;
  readonly #now: () => number;
  readonly #onNone: () => void;
  #none = false;
  #known: { readonly served: Served; readonly readAt: number } | null = null;
  #unreachable = false;
  #reading: Promise<Served> | null = null;

  /** `onNone`: called when no generation is served, not again while that stays so. */
  constructor(registry: RegistrySource, now: () => number = () => performance.now(), onNone: () => void = () => {}) {
    this.#registry = registry;
    this.#now = now;
    this.#onNone = onNone;
  }

  async live(): Promise<Served> {
    const known = this.#known;
    if (known === null) return this.#refresh();
    const age = this.#now() - known.readAt;
    if (age > FRESH_MS && !this.#unreachable) {
      try {
        return await withinTime(this.#refresh(), REFRESH_WAIT_MS);
      } catch (error) {
        if (error instanceof NotReady) throw error;
        this.#unreachable = true;
        return known.served;
      }
    }
    // Ahead of time, so that under load nobody waits for it. What fails here fails again where it matters.
    if (age > FRESH_MS / 2) this.#refresh().catch(() => {});
    return known.served;
  }

  #refresh(): Promise<Served> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<Served> {
    const readAt = this.#now();
    const registry = await this.#registry.read();
    this.#unreachable = false;
    const live = registry?.generations.find(({ number }) => number === registry.live);
    if (registry === null || live === undefined) {
      this.#known = null;
      if (!this.#none) this.#onNone();
      this.#none = true;
      throw new NotReady('No generation of documents is served yet; the projector makes one when it starts.');
    }
    this.#none = false;
    const served = { registry, live };
    this.#known = { served, readAt };
    return served;
  }
}
