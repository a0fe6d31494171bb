/** The projector's table of contents: from topics to documents. */
import { setTimeout } from 'node:timers/promises';
import type { AggregateName } from '../../mappings/events/event.js';
import { batchLimitsIn, limitBatches } from '../../runtime/kafkajs/batch-limits.js';
import { registerCodecs } from '../../runtime/kafkajs/codecs.js';
import type { Log } from '../../runtime/log.js';
import { Presence } from '../../runtime/presence/presence.js';
import { serversOf } from '../../runtime/presence/servers.js';
import { Repeated } from '../../runtime/repeated.js';
import type { Service } from '../../runtime/service.js';
import { quarantineTopic } from '../../runtime/storage/names.js';
import { isOfThisShape } from '../../runtime/storage/shape.js';
import { adminOperations } from '../admin-api/operations.js';
import { adminRoutes } from '../admin-api/routes.js';
import { AdminServer } from '../admin-api/server.js';
import { generationOpening } from '../generations/generation.js';
import { GenerationSupervisor } from '../generations/supervisor.js';
import { groupTraces } from '../kafka/group-traces.js';
import { prepareTopics } from '../kafka/topics.js';
import { CLOCK_WARN_MS } from '../operations/doctor.js';
import type { DocumentStore } from '../ports/documents.js';
import { ElasticsearchGenerationStorage } from '../stores/elasticsearch/generation-storage.js';
import { makeCursorSecret } from '../stores/mongodb/cursor-secret.js';
import { MongoGenerationStorage } from '../stores/mongodb/generation-storage.js';
import { MongoRegistry } from '../stores/mongodb/registry.js';
import { type Connections, openConnections } from './connections.js';
import { composeGeneration, type RunningGeneration } from './generation.js';
import { adminTokenOf, type ProjectorSettings } from './settings.js';
import { composeSnapshot } from './snapshot.js';
import { Starting } from './starting.js';

/** How often MongoDB is asked for its time. */
const CLOCK_ASK_MS = 10_000;

export interface ProjectorOptions {
  /** Start a new generation, whatever is there. */
  readonly startNew: boolean;
  /** Measurements may stand between the pipeline and the stores. */
  readonly aroundDocuments?: (documents: DocumentStore) => DocumentStore;
}

export interface ProjectorService extends Service {
  /** Whether the servers were there, and topics and generation are. */
  readonly isOpen: boolean;
}

/** Nothing is asked of a server yet: those that are away are waited for once it runs. @throws SettingsError */
export async function composeProjector(
  settings: ProjectorSettings,
  log: Log,
  options: ProjectorOptions,
): Promise<ProjectorService> {
  const adminToken = adminTokenOf(settings);
  limitBatches(batchLimitsIn(settings));
  await registerCodecs();
  const servers = openConnections(settings, log);
  const { NAMESPACE: namespace } = settings;
  const registry = new MongoRegistry(servers.db);
  const topics = topicsOf(settings);

  const { db, elasticsearch, admin } = servers;
  const storages = [new MongoGenerationStorage(db), new ElasticsearchGenerationStorage(elasticsearch, namespace)];
  // One for all attempts: what the first has begun the next goes on with.
  const openGeneration = generationOpening(
    { registry, traces: [...storages, groupTraces(admin, namespace)], storages, log },
    { businessTimeZone: settings.BUSINESS_TIME_ZONE, reportingCurrency: settings.REPORTING_CURRENCY },
    options,
  );
  const needed = serversOf(settings);
  const starting = new Starting(
    new Presence(needed, log),
    async () => {
      await connect(settings, { ...servers, topics: [...topics.keys()] }, log);
      // Before the registry, by which the API goes.
      await makeCursorSecret(db);
      await openGeneration();
    },
    log,
  );
  const asking = new Repeated(() => servers.clock.ask().catch(() => {}), CLOCK_ASK_MS);
  const supervisor: GenerationSupervisor<RunningGeneration> = new GenerationSupervisor({
    registry,
    compose: (record) => {
      const around = {
        ...{ ...servers, settings, topics, registry, log },
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
  const operated = { ...servers, servers: needed, registry, namespace, topics: [...topics.keys()] };
  const adminServer = new AdminServer(
    {
      host: settings.ADMIN_HOST,
      port: settings.ADMIN_PORT,
      requestTimeoutMs: settings.ADMIN_REQUEST_TIMEOUT_MS,
      answerTimeoutMs: settings.ADMIN_ANSWER_TIMEOUT_MS,
      connectionsMax: settings.ADMIN_CONNECTIONS_MAX,
    },
    {
      metrics: () => supervisor.foremost?.metrics.registry ?? null,
      starting: () => starting.lacking,
      hindrance: () => hindranceOf(supervisor.foremost),
    },
    { token: adminToken, log },
    adminRoutes(adminOperations(operated, settings, log), adminToken, log),
  );

  return {
    get isOpen() {
      return starting.lacking === null;
    },
    async run() {
      await adminServer.run();
      log.info({ admin: `http://${settings.ADMIN_HOST}:${settings.ADMIN_PORT}` }, 'listening');
      try {
        if ((await starting.run()) === 'stopped') return;
        void asking.run();
        await supervisor.run();
      } finally {
        await Promise.all([adminServer.stop(), asking.stop()]);
        await servers.close();
      }
    },
    async stop() {
      adminServer.announceStop();
      starting.stop();
      await supervisor.stop();
    },
  };
}

function topicsOf(settings: ProjectorSettings): ReadonlyMap<string, AggregateName> {
  return new Map([
    [settings.TOPIC_CUSTOMERS, 'customers'],
    [settings.TOPIC_PRODUCTS, 'products'],
    [settings.TOPIC_ORDERS, 'orders'],
  ]);
}

/** The connections, and the topics. Safe to repeat. */
async function connect(
  settings: ProjectorSettings,
  servers: Connections & { readonly topics: readonly string[] },
  log: Log,
): Promise<void> {
  const { admin, topics, clock } = servers;
  await servers.connect();
  const { machineAheadMs } = clock;
  if (Math.abs(machineAheadMs) > CLOCK_WARN_MS) {
    log.warn(
      { machineAheadMs },
      "this machine's clock is not MongoDB's, which is used instead: synchronize them (NTP)",
    );
  }
  const creation = {
    create: settings.CREATE_TOPICS,
    partitions: settings.TOPIC_PARTITIONS,
    replicas: settings.TOPIC_REPLICAS,
  };
  await prepareTopics(admin, topics, [quarantineTopic(settings.NAMESPACE)], creation, log);
}

/** Why the generation by which the process is judged does not get on; `null` when it does. */
function hindranceOf(foremost: RunningGeneration | null): string | null {
  if (foremost === null) return 'No generation runs here yet.';
  if (foremost.hindrance !== null) return foremost.hindrance;
  return foremost.joined ? null : 'It is not a member of its group yet.';
}
