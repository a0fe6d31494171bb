/** The projector's table of contents: from topics to documents. */
import { setTimeout } from 'node:timers/promises';
import type { AggregateName } from '../mappings/events/event.js';
import type { Log } from '../runtime/log.js';
import { consumerGroup, quarantineTopic } from '../runtime/names.js';
import type { Service } from '../runtime/service.js';
import { AdminServer } from './admin.js';
import { DaySweep } from './clock/sweep.js';
import type { ProjectorSettings } from './config.js';
import { FanOut } from './fan-out/fan-out.js';
import { openGeneration } from './generations/generation.js';
import { connectKafka, createProducer } from './kafka/client.js';
import { groupTraces } from './kafka/group-traces.js';
import { registerCodecs } from './kafka/kafkajs/codecs.js';
import { quarantineNotices } from './kafka/quarantine-notices.js';
import { KafkaSource } from './kafka/source.js';
import { prepareTopics } from './kafka/topics.js';
import { createMetrics, meterJobs } from './metrics.js';
import { endlessPatience } from './pipeline/patience.js';
import { Projection } from './pipeline/projection.js';
import type { Clock, DocumentStore } from './ports.js';
import { StateCache } from './state/cache.js';
import { documentStoreByView } from './stores/by-view.js';
import { connectElasticsearch } from './stores/elasticsearch/connection.js';
import { ElasticsearchDocumentStore } from './stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from './stores/elasticsearch/generation-storage.js';
import { MongoAggregateStore } from './stores/mongodb/aggregate-store.js';
import { connectMongo, databaseFor } from './stores/mongodb/connection.js';
import { MongoDayMark } from './stores/mongodb/day-mark.js';
import { MongoDocumentStore } from './stores/mongodb/documents.js';
import { MongoErasures } from './stores/mongodb/erasures.js';
import { MongoGenerationStorage } from './stores/mongodb/generation-storage.js';
import { MongoJobStore } from './stores/mongodb/jobs.js';
import { MongoPositionStore } from './stores/mongodb/positions.js';
import { MongoQuarantine } from './stores/mongodb/quarantine.js';
import { RefusedDocuments } from './stores/mongodb/refused.js';
import { MongoRegistry, RegisteredTargets } from './stores/mongodb/registry.js';
import { MongoRollupStore } from './stores/mongodb/rollup-store.js';
import { MongoTicketCounter } from './stores/mongodb/tickets.js';

const FAN_OUT_IDLE_MS = 500;

export interface ProjectorOptions {
  /** Start a new generation, whatever is there. */
  readonly startNew: boolean;
  /** Measurements may stand between the pipeline and the stores. */
  readonly aroundDocuments?: (documents: DocumentStore) => DocumentStore;
  /** Measurements may move the time; else it is the system's. */
  readonly clock?: Clock;
}

export async function composeProjector(
  settings: ProjectorSettings,
  log: Log,
  options: ProjectorOptions,
): Promise<Service> {
  const { NAMESPACE: namespace } = settings;
  const derivation = { businessTimeZone: settings.BUSINESS_TIME_ZONE, reportingCurrency: settings.REPORTING_CURRENCY };
  const metrics = createMetrics();
  await registerCodecs();

  const mongo = await connectMongo(settings.MONGODB_URL, settings.STORE_TIMEOUT_MS);
  const db = databaseFor(mongo, namespace);
  const elasticsearch = connectElasticsearch(settings.ELASTICSEARCH_URL, settings.STORE_TIMEOUT_MS);
  const kafka = connectKafka(settings.KAFKA_BROKERS, namespace, log);
  const admin = kafka.admin();
  const producer = createProducer(kafka);
  await Promise.all([admin.connect(), producer.connect()]);

  const topics = new Map<string, AggregateName>([
    [settings.TOPIC_CUSTOMERS, 'customers'],
    [settings.TOPIC_PRODUCTS, 'products'],
    [settings.TOPIC_ORDERS, 'orders'],
  ]);
  const creation = {
    create: settings.CREATE_TOPICS,
    partitions: settings.TOPIC_PARTITIONS,
    replicas: settings.TOPIC_REPLICAS,
  };
  await prepareTopics(admin, [...topics.keys()], [quarantineTopic(namespace)], creation, log);

  const registry = new MongoRegistry(db);
  const mongoStorage = new MongoGenerationStorage(db);
  const elasticsearchStorage = new ElasticsearchGenerationStorage(elasticsearch, namespace);
  const { number: generation } = await openGeneration(
    {
      registry,
      traces: [mongoStorage, elasticsearchStorage, groupTraces(admin, namespace)],
      storages: [mongoStorage, elasticsearchStorage],
      log,
    },
    derivation,
    options,
  );

  const cache = new StateCache(settings.STATES_CACHED_MAX);
  const aggregates = new MongoAggregateStore(db, generation);
  const positions = new MongoPositionStore(db, generation);
  const refusals = new RefusedDocuments(db, generation);
  const erasures = new MongoErasures(db, generation);
  const names = { namespace, generation };
  const source = new KafkaSource(
    kafka,
    admin,
    positions,
    {
      group: consumerGroup(names),
      topics,
      sessionTimeoutMs: settings.SESSION_TIMEOUT_MS,
      queueRecordsMax: settings.QUEUE_RECORDS_MAX,
      commitIntervalMs: settings.COMMIT_INTERVAL_MS,
      watchdogStuckMs: settings.WATCHDOG_STUCK_MS,
    },
    metrics.alarms,
    log,
  );
  const rollupStore = new MongoRollupStore(db, generation);
  const clock = options.clock ?? { now: Date.now };
  const documents = documentStoreByView({
    elasticsearch: new ElasticsearchDocumentStore(elasticsearch, names, refusals),
    mongodb: new MongoDocumentStore(db, generation, refusals),
  });
  const tickets = new MongoTicketCounter(db, generation);
  const jobs = new MongoJobStore(db, generation, tickets);
  meterJobs(metrics.registry, jobs, clock);
  const patience = endlessPatience(log);
  const flush = {
    aggregates,
    rollups: rollupStore,
    tickets,
    jobs,
    documents: options.aroundDocuments?.(documents) ?? documents,
    targets: new RegisteredTargets(registry, generation),
    cache,
    clock,
    settings: derivation,
    stages: metrics.stages,
    chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
    fanOutInlineMax: settings.FAN_OUT_INLINE_MAX,
  };
  const projection = new Projection(
    {
      source,
      positions,
      quarantine: new MongoQuarantine(db, erasures, quarantineNotices(producer, quarantineTopic(namespace))),
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
    {
      rollups: rollupStore,
      day: new MongoDayMark(db, generation),
      clock,
      refresh: (dirty) => projection.refresh(dirty),
      log,
    },
    {
      businessTimeZone: settings.BUSINESS_TIME_ZONE,
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
  const adminServer = new AdminServer(
    { host: settings.ADMIN_HOST, port: settings.ADMIN_PORT },
    metrics.registry,
    () => source.joined,
  );

  return {
    async run() {
      await adminServer.run();
      log.info({ generation, admin: `http://${settings.ADMIN_HOST}:${settings.ADMIN_PORT}` }, 'projecting');
      void sweep.run();
      await Promise.all([projection.run().then(() => fanOut.stop()), fanOut.run()]);
      await Promise.all([sweep.stop(), adminServer.stop()]);
      await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close(), elasticsearch.close()]);
      log.info('stopped: everything read is durable and committed');
    },
    stop: () => projection.stop(),
  };
}
