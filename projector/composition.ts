/** The projector's table of contents: from topics to documents. */
import { setTimeout } from 'node:timers/promises';
import type { AggregateName } from '../mappings/events/event.js';
import { registerCodecs } from '../runtime/kafkajs/codecs.js';
import type { Log } from '../runtime/log.js';
import { quarantineTopic } from '../runtime/names.js';
import type { Service } from '../runtime/service.js';
import { AdminServer } from './admin.js';
import { adminOperations } from './admin-api/operations.js';
import { adminRoutes } from './admin-api/routes.js';
import { adminTokenOf, type ProjectorSettings } from './config.js';
import { isOfThisShape, openGeneration } from './generations/generation.js';
import { composeGeneration, type RunningGeneration } from './generations/runner.js';
import { composeSnapshot } from './generations/snapshot-runner.js';
import { GenerationSupervisor } from './generations/supervisor.js';
import { connectKafka, createProducer } from './kafka/client.js';
import { groupTraces } from './kafka/group-traces.js';
import { prepareTopics } from './kafka/topics.js';
import type { Clock, DocumentStore } from './ports.js';
import { connectElasticsearch } from './stores/elasticsearch/connection.js';
import { ElasticsearchGenerationStorage } from './stores/elasticsearch/generation-storage.js';
import { connectMongo, databaseFor } from './stores/mongodb/connection.js';
import { MongoGenerationStorage } from './stores/mongodb/generation-storage.js';
import { MongoRegistry } from './stores/mongodb/registry.js';

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
  const clock = options.clock ?? { now: Date.now };
  const adminToken = adminTokenOf(settings);
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
  await openGeneration(
    {
      registry,
      traces: [mongoStorage, elasticsearchStorage, groupTraces(admin, namespace)],
      storages: [mongoStorage, elasticsearchStorage],
      log,
    },
    derivation,
    options,
  );

  const supervisor: GenerationSupervisor<RunningGeneration> = new GenerationSupervisor({
    registry,
    compose: (record) => {
      const around = {
        ...{ settings, topics, db, elasticsearch, kafka, admin, producer, registry, log },
        clock,
        isLiveBusy: () => supervisor.serving?.isBusy ?? false,
        onErasure: () => {
          for (const generation of supervisor.running) generation.eraseSoon();
        },
        ...(options.aroundDocuments === undefined ? {} : { aroundDocuments: options.aroundDocuments }),
      };
      const { snapshot } = record;
      return snapshot === undefined ? composeGeneration(around, record) : composeSnapshot(around, record, snapshot);
    },
    isOwn: isOfThisShape,
    sleep: setTimeout,
    log,
  });
  const adminServer = new AdminServer(
    { host: settings.ADMIN_HOST, port: settings.ADMIN_PORT },
    () => supervisor.foremost?.metrics.registry ?? null,
    () => supervisor.foremost?.joined ?? false,
    adminRoutes(
      adminOperations(
        { db, elasticsearch, admin, registry, namespace, topics: [...topics.keys()], clock },
        settings,
        log,
      ),
      adminToken,
      log,
    ),
  );

  return {
    async run() {
      await adminServer.run();
      log.info({ admin: `http://${settings.ADMIN_HOST}:${settings.ADMIN_PORT}` }, 'listening');
      await supervisor.run();
      await adminServer.stop();
      await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close(), elasticsearch.close()]);
    },
    async stop() {
      adminServer.announceStop();
      await supervisor.stop();
    },
  };
}
