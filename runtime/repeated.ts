import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './service.js';

/** The same work again and again until stopped: the pause that follows each time ends at once then. */
export class Repeated implements Service {
  private readonly ending = new AbortController();

  /** `work` sees to its own failures: one that it throws ends the repetition. */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly pauseMs: number,
  ) {}

  async run(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.work();
      await sleep(this.pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async stop(): Promise<void> {
    this.ending.abort();
  }
}
