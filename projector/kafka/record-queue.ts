import { contentBytes } from '../../mappings/events/size.js';
import type { SourceRecord } from '../ports/events.js';

/** Records that were fetched and not yet polled, in order of arrival; bounded by those who put into it. */
export class RecordQueue {
  private batches: { records: readonly SourceRecord[]; next: number }[] = [];
  private waiting: (() => void)[] = [];
  size = 0;
  /** Of their contents. */
  bytes = 0;

  put(records: readonly SourceRecord[]): void {
    this.batches.push({ records, next: 0 });
    this.size += records.length;
    for (const record of records) this.bytes += contentBytes(record);
    this.wake();
  }

  /** Up to so many records and bytes, but at least one record; waits for the first up to `waitMs`. */
  async take(limit: { readonly records: number; readonly bytes: number }, waitMs: number): Promise<SourceRecord[]> {
    if (this.size === 0) await this.arrival(waitMs);
    const taken: SourceRecord[] = [];
    let bytes = 0;
    for (let first = this.batches[0]; first !== undefined && taken.length < limit.records; first = this.batches[0]) {
      const record = first.records[first.next];
      if (record === undefined) {
        this.batches.shift();
        continue;
      }
      const own = contentBytes(record);
      if (taken.length > 0 && bytes + own > limit.bytes) break;
      taken.push(record);
      bytes += own;
      first.next += 1;
    }
    this.size -= taken.length;
    this.bytes -= bytes;
    return taken;
  }

  /** After a rebalance everything not yet polled is fetched again, by its present owner. */
  clear(): void {
    this.batches = [];
    this.size = 0;
    this.bytes = 0;
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
