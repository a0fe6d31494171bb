/**
 * From the log to durable documents, in steps that overlap:
 *
 *     fold (poll → decode → fold → touch)  →  resolve (look-ups, rollups)  →  publish, for each store  →  commit
 *
 * Between any two, work gathers in a backlog. Each store has its own: while one is away, the others' documents go on,
 * until `eventsUndoneMax` events wait for the slowest. Positions become durable in order, after all that they cover.
 */
import { setTimeout } from 'node:timers/promises';
import { erasureOf } from '../../mappings/aggregates/erasure.js';
import type { Log } from '../../runtime/log.js';
import { messageOf } from '../../runtime/retrying.js';
import type { Service } from '../../runtime/service.js';
import type { EventSource, Position, PositionStore } from '../ports/events.js';
import type { Admission, GenerationControl } from '../ports/generations.js';
import type { Erasures, Quarantine, QuarantinedRecord } from '../ports/quarantine.js';
import type { Patience } from '../work/retry-policy.js';
import { Backlog, drain, type Gathered } from './backlog.js';
import { type DecodedDelivery, decodeBatch, positionsAfter } from './decode.js';
import { Dirty, type DirtyDocuments } from './dirty.js';
import { type FoldPorts, foldBatch } from './fold.js';
import { HeldRecords } from './held.js';
import { byStore, chunksOf, type PublishPorts, publishAll, type StoreName } from './publish.js';
import { type ResolvePorts, resolve } from './resolve.js';
import { timed } from './stages.js';
import { latestPositions, Undone } from './undone.js';

export interface ProjectionPorts {
  readonly source: EventSource;
  readonly control: GenerationControl;
  readonly positions: PositionStore;
  readonly quarantine: Quarantine;
  readonly erasures: Erasures;
  readonly fold: FoldPorts;
  readonly flush: ResolvePorts & PublishPorts;
  /** Resolves when the generation that is served has had its turn: one that is filled goes second. */
  readonly yieldToLive: () => Promise<void>;
  readonly patience: Patience;
  /** Told at once when a part has failed: nothing may be waited for any longer. */
  readonly giveUp: (reason: Error) => void;
  readonly events: EventCounts;
  readonly log: Log;
}

export interface ProjectionLimits {
  readonly batchEventsMax: number;
  /** In a batch of a generation that is filled. */
  readonly fillEventsMax: number;
  /** What the source gives at a time, too. While a generation stands at given offsets, about so much is held. */
  readonly batchBytesMax: number;
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

const HALTED_LOOK_MS = 50;

const STORES: readonly StoreName[] = ['elasticsearch', 'mongodb'];

export class Projection implements Service {
  private readonly undone: Undone;
  private readonly touched = new Backlog<Dirty>((into, from) => into.include(from));
  private readonly dirty = new Map(
    STORES.map((store) => [store, new Backlog<DirtyDocuments>((into, from) => into.include(from))]),
  );
  private stopping = false;
  private failure: { readonly error: unknown } | null = null;
  private stopAsked: () => void = () => {};
  private readonly stopped = new Promise<void>((resolve) => {
    this.stopAsked = resolve;
  });

  constructor(
    private readonly ports: ProjectionPorts,
    private readonly limits: ProjectionLimits,
  ) {
    this.undone = new Undone(limits.eventsUndoneMax);
  }

  /**
   * Ends when stopped and everything folded is durable and committed. When a part fails, all others are ended, too,
   * before it rejects: nothing goes on behind but what the failed step itself had sent beside, which is answered or not.
   */
  async run(): Promise<void> {
    const { source } = this.ports;
    const reading = this.watched(source.run());
    const loops = [this.foldLoop(), this.resolveLoop(), this.publishLoops(), this.commitLoop()];
    await Promise.all(loops.map((loop) => this.watched(loop)));
    await this.watched(source.stop());
    await reading;
    if (this.failure !== null) throw this.failure.error;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.stopAsked();
  }

  private watched(part: Promise<void>): Promise<void> {
    return part.catch((error: unknown) => this.fail(error));
  }

  /** The first failure of a part is that of the whole. */
  private fail(error: unknown): void {
    if (this.failure !== null) return;
    this.failure = { error };
    void this.stop();
    // The cause itself: whoever waits with the same patience rejects with it, maybe before this projection does.
    this.ports.giveUp(error instanceof Error ? error : new Error(messageOf(error), { cause: error }));
    for (const backlog of [this.touched, ...this.dirty.values()]) backlog.abandon();
    this.undone.abandon();
  }

  /** Whether events are folded and not yet durable. */
  get isBusy(): boolean {
    return this.undone.isBusy;
  }

  /** Renders what no event has touched. Resolves when it is durable; never, when the projection is stopping. */
  refresh(dirty: Dirty): Promise<void> {
    return new Promise((resolve) => {
      if (!this.stopping) this.touched.add(dirty, [this.undone.add([], 0, resolve)]);
    });
  }

  private async foldLoop(): Promise<void> {
    const { source, events, fold, flush, patience } = this.ports;
    let filling = false;
    const { batchEventsMax, fillEventsMax, batchBytesMax, batchWaitMs, eventsUndoneMax } = this.limits;
    const held = new HeldRecords({ records: eventsUndoneMax, bytes: batchBytesMax });
    for (;;) {
      await Promise.race([this.undone.room(), this.stopped]);
      if (this.stopping) break;
      if (filling) await this.ports.yieldToLive();
      const batch = { records: filling ? fillEventsMax : batchEventsMax, bytes: batchBytesMax };
      const polled = held.hasRoom ? await source.poll(batch.records, batchWaitMs) : [];
      if (held.isEmpty && polled.length === 0) {
        this.pass(source.takePassed());
        continue;
      }
      // After the fetch: whoever halts a generation and then reads the ends of the topics knows all that it can show.
      const admission = await this.admission();
      if (admission === null) break;
      filling = admission.mode === 'fill';
      const records = held.next(polled, admission, batch);
      if (records.length === 0) {
        await this.shortWhile();
        continue;
      }
      const { deliveries, malformed, unknown } = await timed(flush.stages, 'decode', async () => decodeBatch(records));
      const dirty = new Dirty();
      const reused = await timed(flush.stages, 'fold', () => patience.until(() => foldBatch(fold, deliveries, dirty)));
      await this.setApart([...malformed, ...reused]);
      await this.erase(deliveries, reused);
      events.folded(deliveries.length);
      events.unknown(unknown);
      const positions = this.undone.add(positionsAfter(records), records.length);
      this.touched.add(filling && (await this.isFilling()) ? new Dirty() : dirty, [positions]);
    }
    this.touched.close();
  }

  /** There is nothing to do for them: they are durable once all before them is. */
  private pass(positions: readonly Position[]): void {
    if (positions.length > 0) this.undone.done([this.undone.add(positions, 0)]);
  }

  /** Waits while the generation is halted; `null` when stopping meanwhile: what was polled is redelivered. */
  private async admission(): Promise<Admission | null> {
    for (;;) {
      const admission = await this.askAdmission();
      if (admission.mode !== 'halt') return admission;
      if (this.stopping) return null;
      await this.shortWhile();
    }
  }

  private async shortWhile(): Promise<void> {
    await Promise.race([setTimeout(HALTED_LOOK_MS), this.stopped]);
  }

  /**
   * Asked once more after the states are written: when it is so even now, whoever renders every document afterwards
   * reads them, and nothing has to be published here.
   */
  private async isFilling(): Promise<boolean> {
    return (await this.askAdmission()).mode === 'fill';
  }

  private askAdmission(): Promise<Admission> {
    return this.ports.patience.until(() => this.ports.control.admission());
  }

  private async setApart(records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.ports.patience.until(() => this.ports.quarantine.add(records));
    this.ports.events.quarantined(records);
  }

  /** For duplicates too: the first delivery may have died before it. */
  private async erase(deliveries: readonly DecodedDelivery[], reused: readonly QuarantinedRecord[]): Promise<void> {
    const erasures = deliveries.flatMap(({ event, record }) => {
      const erasure = erasureOf(event);
      return erasure === null || reused.some((other) => other.record === record) ? [] : [erasure];
    });
    if (erasures.length === 0) return;
    await this.ports.patience.until(() => this.ports.erasures.carryOut(erasures));
  }

  private async resolveLoop(): Promise<void> {
    const { flush, patience } = this.ports;
    await this.drain(this.touched, async ({ content, batches }) => {
      const documents = await patience.until(() => resolve(flush, content));
      const parts = byStore(documents);
      for (const [store, part] of parts) this.dirty.get(store)?.add(part, batches);
      this.undone.done(batches, parts.size);
    });
    for (const backlog of this.dirty.values()) backlog.close();
  }

  private async publishLoops(): Promise<void> {
    const { flush, patience } = this.ports;
    await Promise.all(
      [...this.dirty.values()].map((backlog) =>
        this.watched(
          this.drain(backlog, async ({ content, batches }) => {
            await publishAll(flush, patience, chunksOf(content, flush.chunkDocumentsMax));
            this.undone.done(batches);
          }),
        ),
      ),
    );
    this.undone.close();
  }

  /** What else is under way is waited for, so the others are told of a failure as soon as it happens. */
  private drain<Content>(
    backlog: Backlog<Content>,
    step: (gathered: Gathered<Content>) => Promise<void>,
  ): Promise<void> {
    return drain(backlog, this.limits.flushesInFlightMax, (gathered) =>
      step(gathered).catch((error: unknown) => {
        this.fail(error);
        throw error;
      }),
    );
  }

  private async commitLoop(): Promise<void> {
    const { patience, positions, source } = this.ports;
    for (;;) {
      const finished = await this.undone.takeFinished();
      if (finished === null) return;
      const latest = latestPositions(finished);
      if (latest.length > 0) {
        await patience.until(() => positions.write(latest));
        await source.commit(latest);
      }
      this.undone.settled(finished);
    }
  }
}
