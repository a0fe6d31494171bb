/** Which generation is served, remembered for a moment. */
import type { RegistryRecord } from '../runtime/records.js';
import { withinTime } from './deadline.js';
import { type GenerationSource, NotReady, type Served } from './ports.js';

const FRESH_MS = 1_000;
/** With an older answer at hand, a store that is down must not hold up the others. */
const REFRESH_WAIT_MS = 300;

export interface RegistrySource {
  read(): Promise<RegistryRecord | null>;
}

/** When the registry cannot be read, what it said last goes on: the former generation is kept up for that. */
export class ServedGeneration implements GenerationSource {
  readonly #registry: RegistrySource;
  readonly #now: () => number;
  #known: { readonly served: Served; checkedAt: number } | null = null;
  #reading: Promise<Served> | null = null;

  constructor(registry: RegistrySource, now: () => number = () => performance.now()) {
    this.#registry = registry;
    this.#now = now;
  }

  async live(): Promise<Served> {
    const known = this.#known;
    if (known === null) return this.#refresh();
    const age = this.#now() - known.checkedAt;
    if (age <= FRESH_MS) {
      // Ahead of time, so that under load nobody waits for it. What fails here fails again where it matters.
      if (age > FRESH_MS / 2) this.#refresh().catch(() => {});
      return known.served;
    }
    try {
      return await withinTime(this.#refresh(), REFRESH_WAIT_MS);
    } catch (error) {
      if (error instanceof NotReady) throw error;
      known.checkedAt = this.#now();
      return known.served;
    }
  }

  #refresh(): Promise<Served> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<Served> {
    const registry = await this.#registry.read();
    const live = registry?.generations.find(({ number }) => number === registry.live);
    if (registry === null || live === undefined) {
      this.#known = null;
      throw new NotReady('No generation of documents is served yet; the projector makes one when it starts.');
    }
    const served = { registry, live };
    this.#known = { served, checkedAt: this.#now() };
    return served;
  }
}
