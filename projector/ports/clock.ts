/** The time, and whose turn it is. */
import type { RollupName } from '../../mappings/rollups/summaries.js';

/** The one process that may go through all documents, and when it is time to. */
export interface CheckTurn {
  /** True for one process at a time, for so long, when the last check lies so far back; the first time is then, too. */
  take(owner: string, now: number, leaseMs: number, intervalMs: number): Promise<boolean>;
  /** False when another process has taken over. */
  keep(owner: string, now: number, leaseMs: number): Promise<boolean>;
  finish(owner: string, now: number): Promise<void>;
}

/** The day that all documents were brought to, and the one process that may bring them to the next. */
export interface DayMark {
  /** The last business day that every document was rendered for; the first call ever marks `today`. */
  read(today: string): Promise<string>;
  /** True for one process at a time, for so long; asking again prolongs it. */
  lease(owner: string, now: number, leaseMs: number): Promise<boolean>;
  /** How far the sweep to that day has come, whoever was at it; `null`: it has not begun. */
  reached(today: string): Promise<SweepPlace | null>;
  reach(today: string, place: SweepPlace): Promise<void>;
  /** Never goes back. */
  advance(today: string): Promise<void>;
}

/** The owners of the rollup up to this one are done, and those of the rollups before it. */
export interface SweepPlace {
  readonly rollup: RollupName;
  readonly owner: string;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
