/** One generation at work in this process: its part of the topics, its documents, its jobs, its clock. */
import { setTimeout } from 'node:timers/promises';
import type { AggregateName } from '../../mappings/events/event.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import { untilStopped } from '../../runtime/stopping.js';
import { changesTopic, consumerGroup, quarantineTopic } from '../../runtime/storage/names.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { DaySweep } from '../clock/sweep.js';
import { FanOut, type FanOutSettings } from '../fan-out/fan-out.js';
import { RegisteredControl } from '../generations/control.js';
import { FollowedFilling } from '../generations/filling.js';
import { runParts } from '../generations/parts.js';
import { Rebuild } from '../generations/rebuild.js';
import type { RenderAllSettings } from '../generations/render-all.js';
import { RegisteredTargets } from '../generations/targets.js';
import { KafkaChangeFeed, noChangeFeed } from '../kafka/change-feed.js';
import type { KafkaAdmin, KafkaClient, KafkaProducer } from '../kafka/client.js';
import { KafkaEventLog } from '../kafka/event-log.js';
import { logEnds } from '../kafka/log-range.js';
import { quarantineNotices } from '../kafka/quarantine-notices.js';
import { KafkaSource } from '../kafka/source.js';
import { Projection } from '../pipeline/projection.js';
import { StateCache } from '../pipeline/state-cache.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentStore } from '../ports/documents.js';
import { Checker } from '../reconcile/checker.js';
import { RefusalWatch, refusalLog } from '../reconcile/refusals.js';
import { verify } from '../reconcile/verifying.js';
import type { ElasticsearchClient } from '../stores/elasticsearch/connection.js';
import { ElasticsearchDocumentScan } from '../stores/elasticsearch/document-scan.js';
import { ElasticsearchDocumentStore } from '../stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../stores/elasticsearch/generation-storage.js';
import { MongoAggregateStore } from '../stores/mongodb/aggregate-store.js';
import { MongoCheckTurn } from '../stores/mongodb/check-turn.js';
import type { MongoDatabase } from '../stores/mongodb/connection.js';
import { MongoDayMark } from '../stores/mongodb/day-mark.js';
import { MongoDocumentScan } from '../stores/mongodb/document-scan.js';
import { MongoDocumentStore } from '../stores/mongodb/documents.js';
import { MongoErasures } from '../stores/mongodb/erasures.js';
import { MongoGapScan } from '../stores/mongodb/gaps.js';
import { MongoGenerationStorage } from '../stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { MongoPositionStore } from '../stores/mongodb/positions.js';
import { MongoQuarantine } from '../stores/mongodb/quarantine.js';
import { MongoRebuildStore } from '../stores/mongodb/rebuilds.js';
import { RefusedDocuments } from '../stores/mongodb/refused.js';
import type { MongoRegistry } from '../stores/mongodb/registry.js';
import { MongoRollupStore } from '../stores/mongodb/rollup-store.js';
import { MongoStateScan } from '../stores/mongodb/state-scan.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';
import { EndlessPatience } from '../work/retry-policy.js';
import { yieldWhile } from '../work/yielding.js';
import { documentScanByView, documentStoreByView } from './by-view.js';
import { createMetrics, type Metrics, meterGaps, meterJobs } from './metrics.js';
import { operatedGeneration } from './operated.js';
import type { ProjectorSettings } from './settings.js';

const FAN_OUT_IDLE_MS = 500;
/** One is loaded while the other is written. */
const CHUNKS_IN_FLIGHT = 2;
const NO_WAIT = Promise.resolve();
const ALL_DOCUMENTS = { views: Object.values(views).map(({ name }) => name), deep: false, repair: false };

/** What the generations of a process share. */
export interface Surroundings {
  readonly settings: ProjectorSettings;
  readonly topics: ReadonlyMap<string, AggregateName>;
  readonly db: MongoDatabase;
  readonly elasticsearch: ElasticsearchClient;
  readonly kafka: KafkaClient;
  readonly admin: KafkaAdmin;
  readonly producer: KafkaProducer;
  readonly registry: MongoRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether events of the generation that is served are on their way into documents. */
  readonly isLiveBusy: () => boolean;
  /** Tells everything in this process that somebody was erased: snapshots read no live events. */
  readonly onErasure: () => void;
  /** Measurements may stand between the pipeline and the stores. */
  readonly aroundDocuments?: (documents: DocumentStore) => DocumentStore;
}

export interface RunningGeneration extends Service {
  readonly number: number;
  readonly metrics: Metrics;
  /** Whether this process is a member of the generation's group. */
  readonly joined: boolean;
  /** Whether events are folded and not yet durable. */
  readonly isBusy: boolean;
  /** Somebody was erased by an event that this process has folded, maybe for another generation. */
  eraseSoon(): void;
  /** Why nothing gets on, in words: a step is being repeated until a store takes it. `null`: none is. */
  readonly hindrance: string | null;
}

export function composeGeneration(around: Surroundings, record: GenerationRecord): RunningGeneration {
  const { settings, db, elasticsearch, kafka, admin, producer, registry, clock } = around;
  const { number: generation, businessTimeZone, reportingCurrency } = record;
  const names = { namespace: settings.NAMESPACE, generation };
  const log = around.log.child({ generation });
  const derivation = { businessTimeZone, reportingCurrency };
  const metrics = createMetrics();
  const patience = new EndlessPatience(log);
  const changes = settings.CHANGES ? new KafkaChangeFeed(producer, changesTopic(names)) : null;

  const cache = new StateCache(settings.STATES_CACHED_MAX, settings.STATES_CACHED_CHARACTERS_MAX);
  const aggregates = new MongoAggregateStore(db, generation);
  const positions = new MongoPositionStore(db, generation, clock);
  const refusals = new RefusedDocuments(db, generation, refusalLog(log));
  const erasures = new MongoErasures(db, generation);
  const source = new KafkaSource(
    kafka,
    admin,
    positions,
    {
      group: consumerGroup(names),
      topics: around.topics,
      sessionTimeoutMs: settings.SESSION_TIMEOUT_MS,
      queueRecordsMax: settings.QUEUE_RECORDS_MAX,
      queueBytesMax: settings.QUEUE_BYTES_MAX,
      pollBytesMax: settings.BATCH_BYTES_MAX,
      commitIntervalMs: settings.COMMIT_INTERVAL_MS,
      watchdogStuckMs: settings.WATCHDOG_STUCK_MS,
    },
    metrics.alarms,
    log,
  );
  const rollups = new MongoRollupStore(db, generation);
  const documents = documentStoreByView({
    elasticsearch: new ElasticsearchDocumentStore(
      elasticsearch,
      names,
      refusals,
      settings.ELASTICSEARCH_DOCUMENT_BYTES_MAX,
    ),
    mongodb: new MongoDocumentStore(db, generation, refusals),
  });
  const tickets = new MongoTicketCounter(db, generation);
  const jobs = new MongoJobStore(db, generation, tickets);
  meterJobs(metrics.registry, jobs, clock);
  meterGaps(metrics.registry, { scan: new MongoGapScan(db, generation), clock, gapMsMax: settings.GAP_MS_MAX });
  const flush = {
    aggregates,
    rollups,
    tickets,
    jobs,
    documents: around.aroundDocuments?.(documents) ?? documents,
    changes: changes ?? noChangeFeed,
    targets: new RegisteredTargets(registry, generation),
    cache,
    clock,
    settings: derivation,
    stages: metrics.stages,
    chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
    loadedCharactersMax: settings.LOADED_CHARACTERS_MAX,
    fanOutInlineMax: settings.FAN_OUT_INLINE_MAX,
  };
  const pause = { clock, sleep: setTimeout };
  const yieldToLive = yieldsToLive(around, record);
  const quarantine = new MongoQuarantine(db, erasures, quarantineNotices(producer, quarantineTopic(names.namespace)));
  const projection = new Projection(
    {
      source,
      control: new RegisteredControl(registry, generation, clock.now),
      positions,
      quarantine,
      erasures: {
        carryOut: async (list) => {
          await erasures.carryOut(list);
          around.onErasure();
        },
      },
      fold: {
        ...{ store: aggregates, cache, settings: derivation },
        stateBytesMax: settings.STATE_BYTES_MAX,
        loadedCharactersMax: settings.LOADED_CHARACTERS_MAX,
      },
      flush,
      yieldToLive,
      patience,
      giveUp: (reason) => patience.giveUp(reason),
      events: metrics.events,
      log,
    },
    {
      batchEventsMax: settings.BATCH_EVENTS_MAX,
      fillEventsMax: isPaced(record) ? settings.REBUILD_BATCH_EVENTS_MAX : settings.BATCH_EVENTS_MAX,
      batchBytesMax: settings.BATCH_BYTES_MAX,
      batchWaitMs: settings.BATCH_WAIT_MS,
      eventsUndoneMax: settings.EVENTS_UNDONE_MAX,
      flushesInFlightMax: settings.FLUSHES_IN_FLIGHT_MAX,
    },
  );
  const sweep = new DaySweep(
    { rollups, day: new MongoDayMark(db, generation), clock, refresh: (dirty) => projection.refresh(dirty), log },
    {
      businessTimeZone,
      checkIntervalMs: settings.DAY_CHECK_INTERVAL_MS,
      pieceOwnersMax: settings.CHUNK_DOCUMENTS_MAX,
    },
  );
  const fanOut = new FanOut(
    { jobs, publish: flush, patience, isBusy: () => projection.isBusy, sleep: setTimeout, log },
    fanOutSettings(settings),
  );
  const scan = new MongoStateScan(db, generation);
  const rebuilds = new MongoRebuildStore(db);
  const rebuild = new Rebuild(
    generation,
    {
      ...pause,
      ...{ registry, rebuilds, positions, scan, patience, yieldToLive, log },
      publish: flush,
      storages: [new MongoGenerationStorage(db), new ElasticsearchGenerationStorage(elasticsearch, names.namespace)],
      filling: new FollowedFilling(
        generation,
        { rebuilds, patience, ends: () => logEnds(admin, [...around.topics.keys()]) },
        settings.BATCH_EVENTS_MAX,
      ),
    },
    renderAllSettings(settings, record),
  );
  const checker = new Checker(
    {
      turn: new MongoCheckTurn(db, generation),
      ...{ clock, log },
      isServed: async () => (await registry.read())?.live === generation,
      verify: (goesOn) => verify(operated(), { ...ALL_DOCUMENTS, pace: settings.VERIFY_PACE }, goesOn),
      report: metrics.verified,
    },
    settings.VERIFY_INTERVAL_MS,
  );
  const refusalWatch = new RefusalWatch({
    ...{ refusals, log },
    documents: documentScanByView({
      elasticsearch: new ElasticsearchDocumentScan(elasticsearch, names),
      mongodb: new MongoDocumentScan(db, generation),
    }),
    report: metrics.refused,
  });
  const operated = () =>
    operatedGeneration(
      {
        ...{ db, elasticsearch, admin, registry, clock },
        namespace: names.namespace,
        topics: [...around.topics.keys()],
      },
      { ...{ settings, producer, log }, events: new KafkaEventLog(kafka, admin, around.topics) },
      record,
    );

  let isPrepared = false;
  const ending = new AbortController();
  const giveUp = (reason: Error) => patience.giveUp(reason);
  const prepare = async () =>
    changes?.prepare(
      admin,
      {
        partitions: settings.CHANGES_PARTITIONS,
        replicas: settings.TOPIC_REPLICAS,
        retentionMs: settings.CHANGES_RETENTION_MS,
      },
      log,
    );
  const followed = {
    run: async () => {
      await projection.run();
      await Promise.all([fanOut.stop(), rebuild.stop()]);
    },
    stop: () => projection.stop(),
  };

  return {
    number: generation,
    metrics,
    get joined() {
      return source.joined;
    },
    get isBusy() {
      return projection.isBusy;
    },
    get hindrance() {
      return patience.hindrance;
    },
    async run() {
      // The patience ends with a pause; an attempt that Kafka does not answer is left to itself.
      await untilStopped(patience.until(prepare), ending.signal);
      if (ending.signal.aborted) return;
      isPrepared = true;
      log.info('projecting');
      void sweep.run();
      void checker.run();
      const watching = refusalWatch.run();
      try {
        await runParts([followed, fanOut, ...(record.phase === undefined ? [] : [rebuild])], giveUp);
        log.info('stopped: everything read is durable and committed');
      } finally {
        await Promise.all([sweep.stop(), checker.stop(), refusalWatch.stop()]);
        await watching;
      }
    },
    // Its own events say so.
    eraseSoon: () => {},
    async stop() {
      ending.abort();
      if (!isPrepared) patience.giveUp(new Error('Stopped before it has begun.'));
      await projection.stop();
    },
  };
}

export function fanOutSettings(settings: ProjectorSettings): FanOutSettings {
  return {
    chunkOrdersMax: settings.FAN_OUT_CHUNK_ORDERS_MAX,
    busyChunkOrdersMax: Math.min(settings.FAN_OUT_BUSY_CHUNK_ORDERS_MAX, settings.FAN_OUT_CHUNK_ORDERS_MAX),
    yieldMsMax: settings.FAN_OUT_YIELD_MS_MAX,
    idleMs: FAN_OUT_IDLE_MS,
    leaseMs: settings.FAN_OUT_LEASE_MS,
  };
}

export function renderAllSettings(settings: ProjectorSettings, record: GenerationRecord): RenderAllSettings {
  const paced = isPaced(record);
  return {
    chunkDocumentsMax: paced ? settings.REBUILD_CHUNK_DOCUMENTS_MAX : settings.CHUNK_DOCUMENTS_MAX,
    summedOrdersMax: settings.REBUILD_SUMMED_ORDERS_MAX,
    chunksInFlight: paced ? 1 : CHUNKS_IN_FLIGHT,
  };
}

/** Resolves when live events have had their turn: at once, where nothing is built or it is to go at full speed. */
export function yieldsToLive(around: Surroundings, record: GenerationRecord): () => Promise<void> {
  const pause = { clock: around.clock, sleep: setTimeout };
  const { REBUILD_YIELD_MS_MAX } = around.settings;
  return () => (isPaced(record) ? yieldWhile(around.isLiveBusy, pause, REBUILD_YIELD_MS_MAX) : NO_WAIT);
}

function isPaced({ phase, fullSpeed }: GenerationRecord): boolean {
  return phase !== undefined && fullSpeed !== true;
}
