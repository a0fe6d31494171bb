/** A log in memory, of one partition a topic. */

import { bytesOf } from '../../../api/history/record-bytes.js';
import type { KeyedRecords, LogStretch, PlacedRecord, RecordSource, SearchLimits } from '../../../api/ports/history.js';
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import { isOfBatch } from '../../../mappings/events/reasons.js';

/** Small, so that there are several. */
const FETCH_RECORDS = 2;

export class MemoryRecords implements RecordSource {
  /** Offsets that were looked at by a search. */
  searched = 0;

  constructor(
    private readonly records: readonly PlacedRecord[],
    /** The first offset that is still there. */
    private readonly begins = 0,
  ) {}

  async at(places: readonly LogPlace[]) {
    return places.map((place) => this.present().find((record) => isAt(record, place)) ?? null);
  }

  async withKey(key: string, stretch: LogStretch, limits: SearchLimits): Promise<KeyedRecords> {
    const found: PlacedRecord[] = [];
    let next = Math.max(stretch.from, this.begins);
    let bytes = 0;
    let isAllRead = true;
    while (next < stretch.to) {
      await new Promise(setImmediate);
      if (limits.signal.aborted || performance.now() > limits.deadline || bytes > limits.bytesMax) break;
      const to = Math.min(stretch.to, next + FETCH_RECORDS);
      for (let offset = next; offset < to; offset += 1) {
        const record = this.present().find((one) => isAt(one, { ...stretch, offset }));
        if (record?.unread !== undefined && isOfBatch(record.unread)) isAllRead = false;
        if (record === undefined || !record.key || !Buffer.from(key).equals(record.key)) continue;
        found.push(record);
        bytes += bytesOf(record);
      }
      this.searched += to - next;
      next = to;
    }
    return { records: found, next: Math.min(next, stretch.to), begins: this.begins, isAllRead };
  }

  private present(): readonly PlacedRecord[] {
    return this.records.filter(({ offset }) => offset >= this.begins);
  }
}

function isAt(a: LogPlace, b: LogPlace): boolean {
  return a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;
}
