import { contentBytes } from '../../mappings/events/size.js';
import { inOwnMemory } from '../../runtime/own-memory.js';
import type { SourceRecord } from '../ports/events.js';
import type { Admission } from '../ports/generations.js';

export interface RecordsLimit {
  readonly records: number;
  /** Of their contents. */
  readonly bytes: number;
}

/**
 * Records that were polled and may not be folded yet, in the order of their partitions: a generation may have to stand at
 * given offsets for a while. Once it may go on, they are folded in batches like any others.
 */
export class HeldRecords {
  private records: readonly SourceRecord[] = [];
  private bytes = 0;
  /** Whether some may be folded, and only had no room in the last batch. */
  private areNext = false;

  /** With less than this, one more batch is polled. */
  constructor(private readonly limit: RecordsLimit) {}

  get isEmpty(): boolean {
    return this.records.length === 0;
  }

  get hasRoom(): boolean {
    return !this.areNext && this.records.length < this.limit.records && this.bytes < this.limit.bytes;
  }

  /** A batch of those that may be folded now; the others are held. `polled`: no more than a batch. */
  next(polled: readonly SourceRecord[], { upTo }: Admission, batch: RecordsLimit): readonly SourceRecord[] {
    if (this.isEmpty && upTo === undefined) return polled;
    const former = this.records.length;
    const all = [...this.records, ...polled];
    const now = new Set(firstOf(all.filter(isAdmitted(upTo)), batch));
    this.records = all.flatMap((record, i) => (now.has(record) ? [] : [i < former ? record : inOwnMemory(record)]));
    this.bytes = this.records.reduce((bytes, record) => bytes + contentBytes(record), 0);
    this.areNext = this.records.some(isAdmitted(upTo));
    return [...now];
  }
}

function isAdmitted(upTo: Admission['upTo']): (record: SourceRecord) => boolean {
  return ({ topic, partition, offset }) => upTo === undefined || offset < (upTo.get(`${topic}/${partition}`) ?? 0);
}

/** As many as the limit permits, but at least one. */
function firstOf(records: readonly SourceRecord[], limit: RecordsLimit): readonly SourceRecord[] {
  let bytes = 0;
  const end = records.findIndex((record, i) => {
    bytes += contentBytes(record);
    return i > 0 && (i >= limit.records || bytes > limit.bytes);
  });
  return end === -1 ? records : records.slice(0, end);
}
