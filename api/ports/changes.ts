/** The log of what has changed. */

import type { Change } from '../../runtime/storage/changes.js';

/** What the projectors of a generation announce, for as long as it is kept. Rejects with `LogUnavailable` or `LogGone`. */
export interface ChangeLog {
  /** Of each partition, by its number. */
  ranges(generation: number): Promise<readonly OffsetRange[]>;
  /** Some of what lies between the two: at least one record, if there is any. */
  read(generation: number, from: Places, to: Places): Promise<LogPiece>;
  /** Tells what is there from these places on, and what comes, piece by piece, until the signal is aborted. */
  follow(generation: number, from: Places, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<void>;
}

export interface OffsetRange {
  readonly earliest: number;
  /** The offset of the next record to come. */
  readonly end: number;
}

/** The next offset of each partition, by its number. */
export type Places = readonly number[];

export interface LogPiece {
  readonly changes: readonly LoggedChange[];
  /** Where it goes on, by partition; those that it is not about are missing. */
  readonly next: ReadonlyMap<number, number>;
}

export interface LoggedChange extends Change {
  readonly partition: number;
  readonly offset: number;
}

/** With some of the partitions moved. */
export function moved(places: Places, next: ReadonlyMap<number, number>): Places {
  const partitions = Math.max(places.length, ...[...next.keys()].map((partition) => partition + 1));
  return Array.from({ length: partitions }, (_, partition) => next.get(partition) ?? places[partition] ?? 0);
}
