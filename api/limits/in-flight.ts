/** How many requests the process works on at a time; beyond, a request is refused before anything is done for it. */
import type { RequestHandler } from 'express';
import { Problem } from '../problems.js';

export interface InFlightSettings {
  readonly max: number;
  /** So many are answered however late the event loop is. */
  readonly maxWhenLate: number;
  /** The event loop is late when it lasts for so long (ms). */
  readonly lateMs: number;
  /** Paths whose answers last for as long as the client likes; they are limited where they are made. */
  readonly unlimited: readonly string[];
}

export class InFlight {
  readonly #settings: InFlightSettings;
  readonly #lateness: { readonly lasting: number };
  #count = 0;

  constructor(settings: InFlightSettings, lateness: { readonly lasting: number }) {
    this.#settings = settings;
    this.#lateness = lateness;
  }

  get count(): number {
    return this.#count;
  }

  /** A request is in flight until its answer is sent, or the connection is gone. */
  readonly limit: RequestHandler = (request, response, next) => {
    const { unlimited } = this.#settings;
    if (unlimited.includes(request.baseUrl + request.path)) return next();
    if (this.#count >= this.#max()) {
      const detail = `${this.#count} requests are being answered, as many as this process can now take on. Try again.`;
      throw new Problem('overloaded', detail);
    }
    this.#count += 1;
    response.once('close', () => {
      this.#count -= 1;
    });
    next();
  };

  /** What the thread cannot keep up with makes all wait, and is found in no queue: then fewer are taken on. */
  #max(): number {
    const { max, maxWhenLate, lateMs } = this.#settings;
    return this.#lateness.lasting > lateMs ? Math.min(max, maxWhenLate) : max;
  }
}
