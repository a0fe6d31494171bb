/**
 * The two loops: folding (poll → decode → fold → touch) fills the backlog, flushing (ticket → load → render → publish
 * → commit) empties it. Positions become durable in order, each after all that it covers.
 */
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import type { EventSource, PositionStore, Quarantine, QuarantinedRecord } from '../ports.js';
import { Backlog } from './backlog.js';
import { decodeBatch, positionsAfter } from './decode.js';
import { Dirty, type Folded } from './dirty.js';
import { type FlushPorts, flush } from './flush.js';
import { type FoldPorts, foldBatch } from './fold.js';
import type { Patience } from './patience.js';
import { timed } from './stages.js';

export interface ProjectionPorts {
  readonly source: EventSource;
  readonly positions: PositionStore;
  readonly quarantine: Quarantine;
  readonly fold: FoldPorts;
  readonly flush: FlushPorts;
  readonly patience: Patience;
  readonly events: EventCounts;
  readonly log: Log;
}

export interface ProjectionLimits {
  readonly batchEventsMax: number;
  readonly batchWaitMs: number;
  readonly eventsUndoneMax: number;
  readonly flushesInFlightMax: number;
}

/** What became of the events, for metrics. */
export interface EventCounts {
  folded(events: number): void;
  unknown(events: number): void;
  quarantined(records: readonly QuarantinedRecord[]): void;
}

export class Projection implements Service {
  private readonly backlog: Backlog;
  private stopping = false;
  private failed: (error: unknown) => void = () => {};

  constructor(
    private readonly ports: ProjectionPorts,
    private readonly limits: ProjectionLimits,
  ) {
    this.backlog = new Backlog(limits.eventsUndoneMax);
  }

  /** Ends when stopped and everything folded is durable and committed. */
  async run(): Promise<void> {
    const source = this.ports.source.run();
    const flushFailed = new Promise<never>((_, reject) => {
      this.failed = reject;
    });
    // The loops end by themselves after a stop; a failure of any part is a failure of the whole.
    await Promise.race([source, flushFailed, Promise.all([this.foldLoop(), this.flushLoop()])]);
    await this.ports.source.stop();
    await source;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.backlog.close();
  }

  /** Renders what no event has touched. Resolves when it is durable; never, when the projection ends before. */
  refresh(dirty: Dirty): Promise<void> {
    return new Promise((resolve) => this.backlog.add({ dirty, positions: [], events: 0, waiting: [resolve] }));
  }

  private async foldLoop(): Promise<void> {
    const { source, events, fold, flush } = this.ports;
    while (!this.stopping) {
      await this.backlog.room();
      const records = await source.poll(this.limits.batchEventsMax, this.limits.batchWaitMs);
      if (records.length === 0) continue;
      const { deliveries, malformed, unknown } = await timed(flush.stages, 'decode', async () => decodeBatch(records));
      const dirty = new Dirty();
      const reused = await timed(flush.stages, 'fold', () =>
        this.ports.patience.until(() => foldBatch(fold, deliveries, dirty)),
      );
      await this.setApart([...malformed, ...reused]);
      events.folded(deliveries.length);
      events.unknown(unknown);
      this.backlog.add({ dirty, positions: positionsAfter(records), events: records.length, waiting: [] });
    }
  }

  private async setApart(records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.ports.patience.until(() => this.ports.quarantine.add(records));
    this.ports.events.quarantined(records);
  }

  private async flushLoop(): Promise<void> {
    let committed: Promise<void> = Promise.resolve();
    const inFlight = new Set<Promise<void>>();
    for (let work = await this.backlog.take(); work !== null; work = await this.backlog.take()) {
      committed = this.flushOne(work, committed);
      const settled: Promise<void> = committed.catch(this.failed).finally(() => inFlight.delete(settled));
      inFlight.add(settled);
      if (inFlight.size >= this.limits.flushesInFlightMax) await Promise.race(inFlight);
    }
    await committed;
  }

  /** Flushes may overtake one another, their positions may not. */
  private async flushOne(work: Folded, before: Promise<void>): Promise<void> {
    const { patience, positions, source } = this.ports;
    await Promise.all([patience.until(() => flush(this.ports.flush, work.dirty)), before]);
    await patience.until(() => positions.write(work.positions));
    await source.commit(work.positions);
    this.backlog.done(work.events);
    for (const durable of work.waiting) durable();
  }
}
