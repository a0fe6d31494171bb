/**
 * Whether the process can answer something, as it was found a moment ago. Anybody may ask, without credentials, points or
 * a slot, so however many ask, the stores are asked by one look at a time: a flood of pings would make a store pass for
 * one that is away.
 */
import { withinTime } from '../../runtime/deadline.js';
import type { DocumentReader, StoreName } from '../ports/documents.js';
import type { GenerationSource } from '../ports/generations.js';

export interface HealthChecks {
  readonly elasticsearch: Check;
  readonly mongodb: Check;
  /** Which documents are served. */
  readonly generation: Check;
  /** What cursors are sealed with. An older projector makes none: then the processes before this one are still needed. */
  readonly cursorSecret: Check;
}

type Check = () => Promise<unknown>;

/** Whether each is up. */
export type Health = Readonly<Record<keyof HealthChecks, boolean>>;

/** A store that needs longer to say that it is there is not ready. */
const CHECK_TIMEOUT_MS = 900;
/** For so long nobody looks again: balancers and collectors ask once in seconds. */
const HEALTH_MAX_AGE_MS = 300;

/** Looks for all who ask meanwhile, and for those who come soon after. */
export class RecentHealth {
  readonly #checks: HealthChecks;
  #look: Promise<Health> | null = null;
  /** When the last look was over, by `performance.now()`; `null` while it goes on. */
  #lookedAt: number | null = null;

  constructor(checks: HealthChecks) {
    this.#checks = checks;
  }

  now(): Promise<Health> {
    const isOld = this.#lookedAt !== null && performance.now() - this.#lookedAt > HEALTH_MAX_AGE_MS;
    if (this.#look === null || isOld) this.#look = this.#begin();
    return this.#look;
  }

  async #begin(): Promise<Health> {
    this.#lookedAt = null;
    const checks = this.#checks;
    const [elasticsearch, mongodb, generation, cursorSecret] = await Promise.all([
      runs(checks.elasticsearch),
      runs(checks.mongodb),
      runs(checks.generation),
      runs(checks.cursorSecret),
    ]);
    this.#lookedAt = performance.now();
    return { elasticsearch, mongodb, generation, cursorSecret };
  }
}

/** Each store answers for views of its own. */
export function canAnswer({ elasticsearch, mongodb, generation, cursorSecret }: Health): boolean {
  return generation && cursorSecret && (elasticsearch || mongodb);
}

export function checksOf(
  readers: Readonly<Record<StoreName, Pick<DocumentReader, 'ping'>>>,
  generations: GenerationSource,
  cursorSecret: Check,
): HealthChecks {
  return {
    elasticsearch: () => readers.elasticsearch.ping(),
    mongodb: () => readers.mongodb.ping(),
    generation: () => generations.live(),
    cursorSecret,
  };
}

async function runs(check: Check): Promise<boolean> {
  try {
    await withinTime(check(), CHECK_TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}
