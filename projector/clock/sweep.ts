/**
 * A day that leaves a window changes sums without an event. When the business day changes, the documents of the owners
 * whose periods moved are rendered anew, through the ordinary path, a piece at a time. Whoever takes over from a process
 * that has died goes on at the piece that it was at; doing a piece twice does no harm.
 */
import { randomUUID } from 'node:crypto';
import { dayOf } from '../../mappings/calendar.js';
import { rollups } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { piecesOf } from '../../runtime/collections.js';
import type { Log } from '../../runtime/log.js';
import { Repeated } from '../../runtime/repeated.js';
import type { Service } from '../../runtime/service.js';
import { Dirty } from '../pipeline/dirty.js';
import { viewsReading } from '../pipeline/touch.js';
import type { Clock, DayMark } from '../ports/clock.js';
import type { RollupStore } from '../ports/rollups.js';

export interface SweepPorts {
  readonly rollups: RollupStore;
  readonly day: DayMark;
  readonly clock: Clock;
  /** Resolves when everything that `dirty` leads to is durable. */
  readonly refresh: (dirty: Dirty) => Promise<void>;
  readonly log: Log;
}

export interface SweepSettings {
  readonly businessTimeZone: string;
  readonly checkIntervalMs: number;
  readonly pieceOwnersMax: number;
}

const LEASE_MS = 60_000;
/** Other processes' clocks may be behind: by then they, too, render for the new day. */
const CLOCK_SKEW_MS = 5_000;

export class DaySweep implements Service {
  private readonly self = randomUUID();
  private readonly looks: Repeated;
  private stopping = false;

  constructor(
    private readonly ports: SweepPorts,
    private readonly settings: SweepSettings,
  ) {
    const failed = (error: unknown) => ports.log.warn({ err: error }, 'the day sweep will be tried again');
    this.looks = new Repeated(() => this.sweep().catch(failed), settings.checkIntervalMs);
  }

  /** Looks at the clock again and again until stopped. A sweep that fails is tried again at the next look. */
  run(): Promise<void> {
    return this.looks.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.looks.stop();
  }

  /** Brings all documents to the present day, unless they are there or another process is at it. */
  async sweep(): Promise<void> {
    const { day, clock, log } = this.ports;
    const today = dayOf(clock.now() - CLOCK_SKEW_MS, this.settings.businessTimeZone);
    const before = await day.read(today);
    if (before >= today || !(await this.holdsLease())) return;
    const owners = await this.sweepRollups(before, today);
    if (owners === null) return;
    await day.advance(today);
    log.info({ before, today, owners }, 'documents brought to the present day');
  }

  /** The number of owners; `null` when another process has taken over, or this one is stopping. */
  private async sweepRollups(before: string, today: string): Promise<number | null> {
    const reached = await this.ports.day.reached(today);
    const names = Object.keys(rollups) as RollupName[];
    let count = 0;
    for (const rollup of names.slice(reached === null ? 0 : names.indexOf(reached.rollup))) {
      const periods = rollups[rollup].periodsMoved?.(before, today) ?? [];
      let after = reached?.rollup === rollup ? reached.owner : null;
      do {
        const page = await this.ports.rollups.owners(rollup, periods, after);
        if (!(await this.refresh(today, rollup, page.owners))) return null;
        count += page.owners.length;
        after = page.next;
      } while (after !== null);
    }
    return count;
  }

  /** False when another process has taken over, or this one is stopping: what is done is noted. */
  private async refresh(today: string, rollup: RollupName, owners: readonly string[]): Promise<boolean> {
    for (const piece of piecesOf(owners, this.settings.pieceOwnersMax)) {
      if (this.stopping || !(await this.holdsLease())) return false;
      const dirty = new Dirty();
      for (const view of viewsReading(rollup)) for (const owner of piece) dirty.document(view, owner);
      await this.ports.refresh(dirty);
      await this.ports.day.reach(today, { rollup, owner: piece.at(-1) ?? '' });
    }
    return true;
  }

  private holdsLease(): Promise<boolean> {
    return this.ports.day.lease(this.self, this.ports.clock.now(), LEASE_MS);
  }
}
