/** Requests are paid with their caller's points; when these are used up, they are refused until the window ends. */
import type { RequestHandler, Response } from 'express';
import { principalOf } from '../access/identify.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import type { Quota } from '../ports/quota.js';
import { readQueryString, valuesByName } from '../query/given.js';
import { callerOf } from './caller.js';
import type { Price } from './prices.js';
import { workOf } from './work.js';

/** Its name in the `RateLimit` headers. */
const POLICY = '"default"';

export class RateLimit {
  readonly #quota: Quota;
  readonly #onRefusal: () => void;
  readonly #policy: string;

  constructor(quota: Quota, onRefusal: () => void) {
    this.#quota = quota;
    this.#onRefusal = onRefusal;
    this.#policy = `${POLICY};q=${quota.points};w=${Math.ceil(quota.windowMs / 1000)}`;
  }

  /**
   * Takes the price before anything is done, and what the answer was worth beyond it when it has been given. Sets
   * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), whatever the answer will be.
   */
  pay(price: Price): RequestHandler {
    return async (request, response, next) => {
      const values = valuesByName(readQueryString(queryStringOf(request)).pairs);
      // A request that costs more than all points could never be made.
      const cost = Math.min(price(values), this.#quota.points);
      const caller = callerOf(principalOf(response), request.socket.remoteAddress);
      const { granted, remaining, resetMs } = await this.#quota.consume(caller, cost);
      const seconds = Math.max(1, Math.ceil(resetMs / 1000));
      response.set({ 'RateLimit-Policy': this.#policy, RateLimit: `${POLICY};r=${remaining};t=${seconds}` });
      if (granted) {
        response.once('close', () => this.#charge(caller, response));
        return next();
      }
      this.#onRefusal();
      response.set('Retry-After', String(seconds));
      const { points, windowMs } = this.#quota;
      throw new Problem(
        'rate-limited',
        `A caller has ${points} points for ${windowMs} ms, this request costs ${cost}. Ask again after ${seconds} s.`,
      );
    };
  }

  /** Also to who went away before the answer. */
  #charge(caller: string, response: Response): void {
    const points = workOf(response).priceWith(Number(response.getHeader('Content-Length') ?? 0));
    if (points > 0) void this.#quota.charge(caller, points);
  }
}
