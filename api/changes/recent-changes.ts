/** The end of the log, in memory: whoever was away for a moment goes on from here. */
import type { LoggedChange, LogPiece, Places } from '../ports/changes.js';

export class RecentChanges {
  readonly #recordsMax: number;
  readonly #byPartition: PartitionEnd[];

  /** `recordsMax`: of each partition, about. `from`: what is before is not here. */
  constructor(recordsMax: number, from: Places) {
    this.#recordsMax = recordsMax;
    this.#byPartition = from.map((offset) => ({ from: offset, changes: [] }));
  }

  add({ changes, next }: LogPiece): void {
    for (const partition of next.keys()) this.#byPartition[partition] ??= { from: 0, changes: [] };
    for (const change of changes) this.#byPartition[change.partition]?.changes.push(change);
    for (const end of this.#byPartition) this.#trim(end);
  }

  /** What lies between the two; `null` when some of it is no longer here. */
  between(from: Places, to: Places): LogPiece | null {
    const changes: LoggedChange[] = [];
    const next = new Map<number, number>();
    for (const [partition, end] of to.entries()) {
      const start = from[partition] ?? 0;
      if (start >= end) continue;
      const kept = this.#byPartition[partition];
      if (kept === undefined || kept.from > start) return null;
      for (const change of kept.changes) if (change.offset >= start && change.offset < end) changes.push(change);
      next.set(partition, end);
    }
    return { changes, next };
  }

  /** In large steps: moving what is kept costs. */
  #trim(end: PartitionEnd): void {
    const { changes } = end;
    if (changes.length <= this.#recordsMax * 2) return;
    const forgotten = changes.splice(0, changes.length - this.#recordsMax).at(-1);
    if (forgotten !== undefined) end.from = forgotten.offset + 1;
  }
}

interface PartitionEnd {
  /** From this offset on every record is here. */
  from: number;
  readonly changes: LoggedChange[];
}
