/** How many requests the process works on at a time; beyond, a request is refused before anything is done for it. */
import type { RequestHandler } from 'express';
import { Problem } from '../problems.js';

export interface InFlightSettings {
  readonly max: number;
  /** Paths whose answers last for as long as the client likes; they are limited where they are made. */
  readonly unlimited: readonly string[];
}

export class InFlight {
  readonly #settings: InFlightSettings;
  #count = 0;

  constructor(settings: InFlightSettings) {
    this.#settings = settings;
  }

  get count(): number {
    return this.#count;
  }

  /** A request is in flight until its answer is sent, or the connection is gone. */
  readonly limit: RequestHandler = (request, response, next) => {
    const { max, unlimited } = this.#settings;
    if (unlimited.includes(request.baseUrl + request.path)) return next();
    if (this.#count >= max) {
      const detail = `${max} requests are being answered, which is as many as this process takes on. Try again.`;
      throw new Problem('overloaded', detail);
    }
    this.#count += 1;
    response.once('close', () => {
      this.#count -= 1;
    });
    next();
  };
}
