/** One generation at work in this process: its part of the topics, its documents, its jobs, its clock. */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import type { Admin, Kafka, Producer } from 'kafkajs';
import type { Db } from 'mongodb';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Log } from '../../runtime/log.js';
import { consumerGroup, quarantineTopic } from '../../runtime/names.js';
import type { GenerationRecord } from '../../runtime/records.js';
import type { Service } from '../../runtime/service.js';
import { DaySweep } from '../clock/sweep.js';
import type { ProjectorSettings } from '../config.js';
import { FanOut } from '../fan-out/fan-out.js';
import { quarantineNotices } from '../kafka/quarantine-notices.js';
import { KafkaSource } from '../kafka/source.js';
import { createMetrics, type Metrics, meterJobs } from '../metrics.js';
import { endlessPatience } from '../pipeline/patience.js';
import { Projection } from '../pipeline/projection.js';
import type { Clock, DocumentStore } from '../ports.js';
import { StateCache } from '../state/cache.js';
import { documentStoreByView } from '../stores/by-view.js';
import { ElasticsearchDocumentStore } from '../stores/elasticsearch/documents.js';
import { MongoAggregateStore } from '../stores/mongodb/aggregate-store.js';
import { MongoDayMark } from '../stores/mongodb/day-mark.js';
import { MongoDocumentStore } from '../stores/mongodb/documents.js';
import { MongoErasures } from '../stores/mongodb/erasures.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { MongoPositionStore } from '../stores/mongodb/positions.js';
import { MongoQuarantine } from '../stores/mongodb/quarantine.js';
import { RefusedDocuments } from '../stores/mongodb/refused.js';
import { type MongoRegistry, RegisteredTargets } from '../stores/mongodb/registry.js';
import { MongoRollupStore } from '../stores/mongodb/rollup-store.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';

const FAN_OUT_IDLE_MS = 500;

/** What the generations of a process share. */
export interface Surroundings {
  readonly settings: ProjectorSettings;
  readonly topics: ReadonlyMap<string, AggregateName>;
  readonly db: Db;
  readonly elasticsearch: Client;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  readonly registry: MongoRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Measurements may stand between the pipeline and the stores. */
  readonly aroundDocuments?: (documents: DocumentStore) => DocumentStore;
}

export interface RunningGeneration extends Service {
  readonly number: number;
  readonly metrics: Metrics;
  /** Whether this process is a member of the generation's group. */
  readonly joined: boolean;
}

export function composeGeneration(around: Surroundings, record: GenerationRecord): RunningGeneration {
  const { settings, db, elasticsearch, kafka, admin, producer, registry, clock } = around;
  const { number: generation, businessTimeZone, reportingCurrency } = record;
  const names = { namespace: settings.NAMESPACE, generation };
  const log = around.log.child({ generation });
  const derivation = { businessTimeZone, reportingCurrency };
  const metrics = createMetrics();
  const patience = endlessPatience(log);

  const cache = new StateCache(settings.STATES_CACHED_MAX);
  const aggregates = new MongoAggregateStore(db, generation);
  const positions = new MongoPositionStore(db, generation);
  const refusals = new RefusedDocuments(db, generation);
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
      commitIntervalMs: settings.COMMIT_INTERVAL_MS,
      watchdogStuckMs: settings.WATCHDOG_STUCK_MS,
    },
    metrics.alarms,
    log,
  );
  const rollups = new MongoRollupStore(db, generation);
  const documents = documentStoreByView({
    elasticsearch: new ElasticsearchDocumentStore(elasticsearch, names, refusals),
    mongodb: new MongoDocumentStore(db, generation, refusals),
  });
  const tickets = new MongoTicketCounter(db, generation);
  const jobs = new MongoJobStore(db, generation, tickets);
  meterJobs(metrics.registry, jobs, clock);
  const flush = {
    aggregates,
    rollups,
    tickets,
    jobs,
    documents: around.aroundDocuments?.(documents) ?? documents,
    targets: new RegisteredTargets(registry, generation),
    cache,
    clock,
    settings: derivation,
    stages: metrics.stages,
    chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
    fanOutInlineMax: settings.FAN_OUT_INLINE_MAX,
  };
  const quarantine = new MongoQuarantine(db, erasures, quarantineNotices(producer, quarantineTopic(names.namespace)));
  const projection = new Projection(
    {
      source,
      positions,
      quarantine,
      erasures,
      fold: { store: aggregates, cache, settings: derivation },
      flush,
      patience,
      events: metrics.events,
      log,
    },
    {
      batchEventsMax: settings.BATCH_EVENTS_MAX,
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
    {
      chunkOrdersMax: settings.FAN_OUT_CHUNK_ORDERS_MAX,
      yieldMsMax: settings.FAN_OUT_YIELD_MS_MAX,
      idleMs: FAN_OUT_IDLE_MS,
      leaseMs: settings.FAN_OUT_LEASE_MS,
    },
  );

  return {
    number: generation,
    metrics,
    get joined() {
      return source.joined;
    },
    async run() {
      log.info('projecting');
      void sweep.run();
      await Promise.all([projection.run().then(() => fanOut.stop()), fanOut.run()]);
      await sweep.stop();
      log.info('stopped: everything read is durable and committed');
    },
    stop: () => projection.stop(),
  };
}
