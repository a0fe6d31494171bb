/** The real pipeline, composed as in projector/main.ts, over the stores in memory. */
import type { DerivationSettings } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { DaySweep } from '../../projector/clock/sweep.js';
import { FanOut } from '../../projector/fan-out/fan-out.js';
import { Projection } from '../../projector/pipeline/projection.js';
import type { PublishPorts } from '../../projector/pipeline/publish.js';
import type { ResolvePorts } from '../../projector/pipeline/resolve.js';
import { StateCache } from '../../projector/pipeline/state-cache.js';
import type { DocumentStore } from '../../projector/ports/documents.js';
import type { EventSource, SourceRecord } from '../../projector/ports/events.js';
import type { Admission, GenerationControl } from '../../projector/ports/generations.js';
import type { Patience } from '../../projector/work/retry-policy.js';
import { createLog } from '../../runtime/log.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { MemoryJobStore } from './jobs.js';
import { IdleSource, MemorySource } from './source.js';
import {
  MemoryAggregateStore,
  MemoryChangeFeed,
  MemoryDayMark,
  MemoryDocumentStore,
  MemoryPositionStore,
  MemoryQuarantine,
  MemoryRollupStore,
  MemoryTicketCounter,
} from './stores.js';

const IMPATIENT: Patience & { giveUp(): void } = { until: (step) => step(), giveUp: () => {} };
/** As projectors have it unless they are told otherwise. */
export const STATE_BYTES_MAX = 8 * 1024 * 1024;
/** The same. */
export const LOADED_CHARACTERS_MAX = 16 * 1024 * 1024;
const BATCH_BYTES_MAX = 32 * 1024 * 1024;
const FAN_OUT = { chunkOrdersMax: 1, busyChunkOrdersMax: 1, yieldMsMax: 0, idleMs: 1, leaseMs: 1_000 };

export function liveProjection({
  now,
  settings,
  fanOutInlineMax = 1000,
  stateBytesMax = STATE_BYTES_MAX,
  loadedCharactersMax = LOADED_CHARACTERS_MAX,
  chunkDocumentsMax = 3,
  batchBytesMax = BATCH_BYTES_MAX,
  eventsUndoneMax = 20,
  registered,
  patience = IMPATIENT,
}: {
  readonly now: number;
  readonly settings: DerivationSettings;
  readonly fanOutInlineMax?: number;
  readonly stateBytesMax?: number;
  readonly loadedCharactersMax?: number;
  readonly chunkDocumentsMax?: number;
  readonly batchBytesMax?: number;
  readonly eventsUndoneMax?: number;
  /** Instead of `control.admission`. */
  readonly registered?: GenerationControl;
  /** Absent: nothing is tried twice. */
  readonly patience?: Patience & { giveUp(reason: Error): void };
}) {
  const aggregates = new MemoryAggregateStore();
  const rollups = new MemoryRollupStore(aggregates);
  const documents = new MemoryDocumentStore();
  const changes = new MemoryChangeFeed();
  const tickets = new MemoryTicketCounter();
  const positions = new MemoryPositionStore();
  const jobs = new MemoryJobStore(tickets, positions);
  const quarantine = new MemoryQuarantine();
  const day = new MemoryDayMark();
  const clock = { time: now, now: () => clock.time };
  const control: { admission: Admission } = { admission: { mode: 'project' } };
  const targets = Object.values(views).map(({ name }) => ({ view: name, revision: 1 }));

  const log = createLog('test', 'silent');
  const flushPorts = (cache: StateCache, around: DocumentStore): ResolvePorts & PublishPorts => ({
    aggregates,
    rollups,
    tickets,
    jobs,
    documents: around,
    changes,
    targets: { current: async () => targets },
    cache,
    clock,
    settings,
    stages: { observe: () => {}, count: () => {} },
    chunkDocumentsMax,
    loadedCharactersMax,
    fanOutInlineMax,
  });

  function worker(source: EventSource, batchEventsMax = 10, around: DocumentStore = documents): Projection {
    const cache = new StateCache(10);
    return new Projection(
      {
        source,
        control: registered ?? { admission: async () => control.admission },
        yieldToLive: async () => {},
        positions,
        quarantine,
        // What is kept beside states and documents is kept by the real stores only.
        erasures: { carryOut: async () => {} },
        fold: { store: aggregates, cache, settings, stateBytesMax, loadedCharactersMax },
        flush: flushPorts(cache, around),
        patience,
        giveUp: (reason) => patience.giveUp(reason),
        events: { folded: () => {}, unknown: () => {}, quarantined: () => {} },
        log,
      },
      {
        ...{ batchEventsMax, fillEventsMax: batchEventsMax, batchBytesMax },
        ...{ batchWaitMs: 1, eventsUndoneMax, flushesInFlightMax: 2 },
      },
    );
  }

  /** Each share goes to a worker of its own; they work side by side. */
  async function project(
    shares: readonly (readonly SourceRecord[])[],
    batch: number,
    around?: DocumentStore,
  ): Promise<void> {
    await Promise.all(
      shares.map(async (share) => {
        const source = new MemorySource(share);
        const projection = worker(source, batch, around);
        source.onExhausted = () => projection.stop();
        await projection.run();
      }),
    );
  }

  return {
    aggregates,
    rollups,
    documents,
    changes,
    tickets,
    jobs,
    positions,
    quarantine,
    day,
    patience,
    publishPorts: () => flushPorts(new StateCache(10), documents),
    /** Set `time` to let time pass. */
    clock,
    /** Set `admission` to halt, as an operator does by the registry. */
    control,
    worker,
    /** What a projector does when it looks at the clock. */
    async sweep(): Promise<void> {
      const projection = worker(new IdleSource());
      const ended = projection.run();
      await new DaySweep(
        { rollups, day, clock, refresh: (dirty) => projection.refresh(dirty), log },
        { businessTimeZone: settings.businessTimeZone, checkIntervalMs: 1, pieceOwnersMax: 2 },
      ).sweep();
      await projection.stop();
      await ended;
    },
    /** Works off all fan-out jobs, unless a write fails. Whoever held a lease has died long ago. */
    async fanOut(around: DocumentStore = documents): Promise<void> {
      clock.time += FAN_OUT.leaseMs + 1;
      const fanOut: FanOut = new FanOut(
        {
          jobs,
          publish: flushPorts(new StateCache(10), around),
          patience,
          isBusy: () => false,
          sleep: () => fanOut.stop(),
          log,
        },
        FAN_OUT,
      );
      await fanOut.run();
    },
    /** Projects the events, dealt out among the workers by aggregate as partitions would be. */
    async run(
      published: readonly PublishedEvent[],
      { batch, workers, around }: { batch: number; workers: number; around?: DocumentStore },
    ): Promise<void> {
      const records = published.map(toRecord);
      const shares = Array.from({ length: workers }, (_, worker) =>
        records.filter(({ key }) => (key?.at(-1) ?? 0) % workers === worker),
      );
      await project(shares, batch, around);
    },
    project,
  };
}

export function toRecord({ topic, event }: PublishedEvent, offset: number): SourceRecord {
  return {
    aggregate: topic,
    topic,
    partition: 0,
    offset,
    timestamp: 0,
    key: Buffer.from(event.subject),
    value: Buffer.from(JSON.stringify({ specversion: '1.0', source: '/test', ...event })),
    headers: {},
  };
}
