/** Points counted in this process: each process of the API gives out the whole quota. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Allowance, Quota } from '../../ports/quota.js';

export interface QuotaSettings {
  readonly points: number;
  readonly windowMs: number;
}

/** A caller's window begins with its first request; what is refused is counted, too. */
export class InProcessQuota implements Quota {
  readonly points: number;
  readonly windowMs: number;
  readonly #limiter: RateLimiterMemory;

  constructor({ points, windowMs }: QuotaSettings) {
    this.points = points;
    this.windowMs = windowMs;
    this.#limiter = new RateLimiterMemory({ points, duration: windowMs / 1000 });
  }

  async consume(caller: string, points: number): Promise<Allowance> {
    try {
      const { remainingPoints, msBeforeNext } = await this.#limiter.consume(caller, points);
      return { granted: true, remaining: remainingPoints, resetMs: msBeforeNext };
    } catch (outcome) {
      if (!(outcome instanceof RateLimiterRes)) throw outcome;
      return { granted: false, remaining: outcome.remainingPoints, resetMs: outcome.msBeforeNext };
    }
  }

  /** When the window has ended meanwhile, the next one begins with it. */
  async charge(caller: string, points: number): Promise<void> {
    await this.#limiter.penalty(caller, points);
  }
}
