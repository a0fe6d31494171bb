/** Requests are paid with their caller's points; when these are used up, they are refused until the window ends. */
import type { RequestHandler } from 'express';
import { principalOf } from '../access/identify.js';
import type { Quota } from '../ports.js';
import { Problem } from '../problems.js';
import { callerOf } from './caller.js';
import { costOf } from './cost.js';

/** Its name in the `RateLimit` headers. */
const POLICY = '"default"';

export class RateLimit {
  readonly #quota: Quota;
  readonly #lists: ReadonlySet<string>;
  readonly #onRefusal: () => void;
  readonly #policy: string;

  /** `lists`: as in `costOf`. */
  constructor(quota: Quota, lists: Iterable<string>, onRefusal: () => void) {
    this.#quota = quota;
    this.#lists = new Set(lists);
    this.#onRefusal = onRefusal;
    this.#policy = `${POLICY};q=${quota.points};w=${Math.ceil(quota.windowMs / 1000)}`;
  }

  /** Sets `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), whatever the answer will be. */
  readonly limit: RequestHandler = async (request, response, next) => {
    // A request that costs more than all points could never be made.
    const cost = Math.min(costOf(request.originalUrl, this.#lists), this.#quota.points);
    const caller = callerOf(principalOf(response), request.socket.remoteAddress);
    const { granted, remaining, resetMs } = await this.#quota.consume(caller, cost);
    const seconds = Math.max(1, Math.ceil(resetMs / 1000));
    response.set({ 'RateLimit-Policy': this.#policy, RateLimit: `${POLICY};r=${remaining};t=${seconds}` });
    if (granted) return next();
    this.#onRefusal();
    response.set('Retry-After', String(seconds));
    const { points, windowMs } = this.#quota;
    throw new Problem(
      'rate-limited',
      `A caller has ${points} points for ${windowMs} ms, this request costs ${cost}. Ask again after ${seconds} s.`,
    );
  };
}
