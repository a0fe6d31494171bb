/** What has been done for one request, to be charged to its caller. */
import type { Response } from 'express';
import type { WorkTally } from '../ports/documents.js';
import { priceOfWork } from './prices.js';

export class Work implements WorkTally {
  readonly #now: () => number;
  /** When each question that a store works on was begun. */
  readonly #running = new Set<{ readonly begun: number }>();
  #endedMs = 0;
  steps = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  begin(): (isOwed: boolean) => void {
    const question = { begun: this.#now() };
    this.#running.add(question);
    return (isOwed) => {
      if (this.#running.delete(question) && isOwed) this.#endedMs += this.#now() - question.begun;
    };
  }

  /** In points, beyond the price of the request; with what the stores do at this moment. */
  priceWith(answerBytes: number): number {
    return priceOfWork({ storeMs: this.#storeMs(), answerBytes, highlightSteps: this.steps });
  }

  /** Of several questions at a time each counts. */
  #storeMs(): number {
    const now = this.#now();
    return [...this.#running].reduce((sum, { begun }) => sum + now - begun, this.#endedMs);
  }
}

/** The same for all that is done for one answer. */
export function workOf({ locals }: Response): Work {
  locals.work ??= new Work();
  return locals.work as Work;
}
