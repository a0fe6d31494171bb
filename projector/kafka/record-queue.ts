import type { SourceRecord } from '../ports.js';

/** Records that were fetched and not yet polled, in order of arrival; bounded by those who put into it. */
export class RecordQueue {
  private batches: SourceRecord[][] = [];
  private waiting: (() => void)[] = [];
  size = 0;

  put(records: SourceRecord[]): void {
    this.batches.push(records);
    this.size += records.length;
    this.wake();
  }

  /** Up to `limit` records; waits for the first up to `waitMs`. */
  async take(limit: number, waitMs: number): Promise<SourceRecord[]> {
    if (this.size === 0) await this.arrival(waitMs);
    const taken: SourceRecord[] = [];
    while (taken.length < limit) {
      const [first] = this.batches;
      if (first === undefined) break;
      const wanted = limit - taken.length;
      if (first.length <= wanted) {
        for (const record of first) taken.push(record);
        this.batches.shift();
      } else {
        for (const record of first.slice(0, wanted)) taken.push(record);
        this.batches[0] = first.slice(wanted);
      }
    }
    this.size -= taken.length;
    return taken;
  }

  /** After a rebalance everything not yet polled is fetched again, by its present owner. */
  clear(): void {
    this.batches = [];
    this.size = 0;
  }

  /** Ends waiting: nothing more will come. */
  wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private async arrival(waitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
