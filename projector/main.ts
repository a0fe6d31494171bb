/** The projector's table of contents: from topics to documents. */
import type { AggregateName } from '../mappings/events/event.js';
import { type Log, createLog } from '../runtime/log.js';
import { consumerGroup, quarantineTopic } from '../runtime/names.js';
import { runProcess, type Service } from '../runtime/service.js';
import { AdminServer } from './admin.js';
import { type ProjectorSettings, projectorSettings } from './config.js';
import { openGeneration } from './generations/generation.js';
import { connectKafka } from './kafka/client.js';
import { groupTraces } from './kafka/group-traces.js';
import { quarantineNotices } from './kafka/quarantine-notices.js';
import { KafkaSource } from './kafka/source.js';
import { prepareTopics } from './kafka/topics.js';
import { createMetrics } from './metrics.js';
import { endlessPatience } from './pipeline/patience.js';
import { Projection } from './pipeline/projection.js';
import { StateCache } from './state/cache.js';
import { connectElasticsearch } from './stores/elasticsearch/connection.js';
import { ElasticsearchDocumentStore } from './stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from './stores/elasticsearch/generation-storage.js';
import { MongoAggregateStore } from './stores/mongodb/aggregate-store.js';
import { connectMongo, databaseFor } from './stores/mongodb/connection.js';
import { MongoDocumentStore } from './stores/mongodb/documents.js';
import { MongoGenerationStorage } from './stores/mongodb/generation-storage.js';
import { MongoPositionStore } from './stores/mongodb/positions.js';
import { MongoQuarantine } from './stores/mongodb/quarantine.js';
import { RefusedDocuments } from './stores/mongodb/refused.js';
import { MongoRegistry, RegisteredTargets } from './stores/mongodb/registry.js';
import { MongoRollupStore } from './stores/mongodb/rollup-store.js';
import { MongoTicketCounter } from './stores/mongodb/tickets.js';
import { documentStoreByView } from './stores/by-view.js';

async function compose(settings: ProjectorSettings): Promise<{ service: Service; log: Log }> {
  const log = createLog('projector', settings.LOG_LEVEL);
  const { NAMESPACE: namespace } = settings;
  const derivation = { businessTimeZone: settings.BUSINESS_TIME_ZONE, reportingCurrency: settings.REPORTING_CURRENCY };
  const metrics = createMetrics();

  const mongo = await connectMongo(settings.MONGODB_URL, settings.STORE_TIMEOUT_MS);
  const db = databaseFor(mongo, namespace);
  const elasticsearch = connectElasticsearch(settings.ELASTICSEARCH_URL, settings.STORE_TIMEOUT_MS);
  const kafka = connectKafka(settings.KAFKA_BROKERS, namespace, log);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);

  const topics = new Map<string, AggregateName>([
    [settings.TOPIC_CUSTOMERS, 'customers'],
    [settings.TOPIC_PRODUCTS, 'products'],
    [settings.TOPIC_ORDERS, 'orders'],
  ]);
  const creation = { create: settings.CREATE_TOPICS, partitions: settings.TOPIC_PARTITIONS, replicas: settings.TOPIC_REPLICAS };
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
    { startNew: process.argv.includes('--new-generation') },
  );

  const cache = new StateCache(settings.STATES_CACHED_MAX);
  const aggregates = new MongoAggregateStore(db, generation);
  const positions = new MongoPositionStore(db, generation);
  const refusals = new RefusedDocuments(db, generation);
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
    },
    log,
  );
  const projection = new Projection(
    {
      source,
      positions,
      quarantine: new MongoQuarantine(db, quarantineNotices(producer, quarantineTopic(namespace))),
      fold: { store: aggregates, cache, settings: derivation },
      flush: {
        aggregates,
        rollups: new MongoRollupStore(db, generation),
        tickets: new MongoTicketCounter(db, generation),
        documents: documentStoreByView({
          elasticsearch: new ElasticsearchDocumentStore(elasticsearch, names, refusals),
          mongodb: new MongoDocumentStore(db, generation, refusals),
        }),
        targets: new RegisteredTargets(registry, generation),
        cache,
        clock: { now: Date.now },
        settings: derivation,
        stages: metrics.stages,
        chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
      },
      patience: endlessPatience(log),
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
  const adminServer = new AdminServer(
    { host: settings.ADMIN_HOST, port: settings.ADMIN_PORT },
    metrics.registry,
    () => source.joined,
  );

  const service: Service = {
    async run() {
      await adminServer.run();
      log.info({ generation, admin: `http://${settings.ADMIN_HOST}:${settings.ADMIN_PORT}` }, 'projecting');
      await projection.run();
      await adminServer.stop();
      await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close(), elasticsearch.close()]);
      log.info('stopped: everything read is durable and committed');
    },
    stop: () => projection.stop(),
  };
  return { service, log };
}

await runProcess(
  {
    name: 'projector',
    about: 'projects events from Kafka into documents in Elasticsearch and MongoDB. Option: --new-generation',
    settings: projectorSettings,
  },
  compose,
);
