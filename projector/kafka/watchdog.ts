import type { Partition } from './assignment.js';
import { nameOf } from './assignment.js';

/** What is known of a partition at one look. */
export interface Reading extends Partition {
  /** The offset that is fetched next. */
  readonly position: number;
  /** The end of what can be fetched now: before the first transaction that is still open. */
  readonly end: number;
}

/** A partition that has not moved for `stillMs` though there is more to fetch. */
export interface Stuck extends Reading {
  readonly stillMs: number;
}

/** Tells positions that do not move though there is more to fetch. Time in which nothing may move does not count. */
export class Watchdog {
  private readonly seen = new Map<string, { readonly position: number; readonly stillMs: number }>();
  private lookedAt: number | null = null;

  constructor(private readonly stuckMs: number) {}

  /** The consumer, or its assignment, is another. */
  reset(): void {
    this.seen.clear();
    this.lookedAt = null;
  }

  /** Fetching is paused: the time up to the next look does not count. */
  skip(): void {
    this.lookedAt = null;
  }

  /** @param now monotonic, in ms */
  look(now: number, readings: readonly Reading[]): readonly Stuck[] {
    // A process that was itself stopped has no right to wonder.
    const elapsed = this.lookedAt === null ? 0 : Math.min(now - this.lookedAt, this.stuckMs / 2);
    this.lookedAt = now;
    return readings.flatMap((reading) => {
      const { position, end } = reading;
      const before = this.seen.get(nameOf(reading));
      const moves = position >= end || before === undefined || before.position !== position;
      const stillMs = moves ? 0 : before.stillMs + elapsed;
      this.seen.set(nameOf(reading), { position, stillMs });
      return stillMs >= this.stuckMs ? [{ ...reading, stillMs }] : [];
    });
  }
}
