/** What has been done for one request, to be charged to its caller. */
import type { Response } from 'express';
import type { WorkTally } from '../ports.js';
import { priceOfWork } from './prices.js';

export class Work implements WorkTally {
  readonly #now: () => number;
  #storeMs = 0;
  #running = 0;
  #countedTo = 0;
  steps = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  begin(): () => void {
    this.#count();
    this.#running += 1;
    return () => {
      this.#count();
      this.#running -= 1;
    };
  }

  /** In points, beyond the price of the request; with what the stores do at this moment. */
  priceWith(answerBytes: number): number {
    this.#count();
    return priceOfWork({ storeMs: this.#storeMs, answerBytes, highlightSteps: this.steps });
  }

  /** Of several questions at a time each counts. */
  #count(): void {
    const now = this.#now();
    this.#storeMs += this.#running * (now - this.#countedTo);
    this.#countedTo = now;
  }
}

/** The same for all that is done for one answer. */
export function workOf({ locals }: Response): Work {
  locals.work ??= new Work();
  return locals.work as Work;
}
