/** Builds the API out of its settings: which adapter plays which role. */
import { definitionsOf } from '../../mappings/definition.js';
import { views } from '../../mappings/registry.js';
import { batchLimitsIn, limitBatches } from '../../runtime/kafkajs/batch-limits.js';
import { createLog, type Log } from '../../runtime/log.js';
import { Presence } from '../../runtime/presence/presence.js';
import { serversOf } from '../../runtime/presence/servers.js';
import { placeOf } from '../../runtime/secrets.js';
import { ServerClock } from '../../runtime/server-clock.js';
import { KafkaChangeLog } from '../changes/kafka/change-log.js';
import { RecentAnswers } from '../degraded/recent-answers.js';
import { Shares } from '../fairness/shares.js';
import { ComputedFreshness } from '../freshness/freshness.js';
import { KafkaLogEnds } from '../freshness/kafka/log-ends.js';
import { AggregateLog } from '../history/aggregate-log.js';
import { KafkaRecords } from '../history/kafka/records.js';
import { RecordsInTurn } from '../history/records-in-turn.js';
import { HttpService } from '../http/service.js';
import { ElasticsearchReader } from '../readers/elasticsearch/reader.js';
import { ElasticsearchRefresher } from '../readers/elasticsearch/refresher.js';
import { GuardedVersions } from '../readers/guarded/versions.js';
import { LargePages } from '../readers/large-pages.js';
import { MongoBasis } from '../readers/mongodb/basis.js';
import { MongoCursorSecret } from '../readers/mongodb/cursor-secret.js';
import { Database } from '../readers/mongodb/database.js';
import { MongoFanOut } from '../readers/mongodb/fan-out.js';
import { MongoPositions } from '../readers/mongodb/positions.js';
import { MongoProgress } from '../readers/mongodb/progress.js';
import { MongoReader } from '../readers/mongodb/reader.js';
import { MongoRefused } from '../readers/mongodb/refused.js';
import { MongoRegistry } from '../readers/mongodb/registry.js';
import { MongoTraces } from '../readers/mongodb/traces.js';
import { Arrival } from '../serving/arrival.js';
import { CursorSecret } from '../serving/cursor-secret.js';
import { ServedGeneration } from '../serving/served-generation.js';
import { CoalescedRefresher } from '../waiting/coalesced-refresher.js';
import { systemTimers } from '../waiting/timers.js';
import { Watch } from '../waiting/watch.js';
import { composeAccess } from './access.js';
import { createApp } from './app.js';
import { composeChanges } from './changes.js';
import { composeLimits } from './limits.js';
import { composeReaders } from './readers.js';
import { type ApiSettings, accessOf, hostsOf } from './settings.js';

/** Nothing is connected yet: the API starts, and says that it is not ready, while its stores are away. */
export function composeApi(settings: ApiSettings, log: Log = createLog('api', settings.LOG_LEVEL)) {
  const access = accessOf(settings);
  const entrance = {
    authenticator: composeAccess(access, log),
    corsOrigins: settings.CORS_ORIGINS,
    hosts: hostsOf(settings),
  };
  const { NAMESPACE: namespace, STORE_TIMEOUT_MS: requestTimeoutMs } = settings;
  const elasticsearch = new ElasticsearchReader({ url: settings.ELASTICSEARCH_URL, namespace, requestTimeoutMs });
  const refresher = new ElasticsearchRefresher({ url: settings.ELASTICSEARCH_URL, namespace, requestTimeoutMs });
  const database = new Database({ url: settings.MONGODB_URL, namespace, requestTimeoutMs });
  const arrival = new Arrival(new Presence(serversOf(settings), log), new ServerClock(() => database.time()));
  const logEnds = new KafkaLogEnds(
    {
      brokers: settings.KAFKA_BROKERS,
      topics: [settings.TOPIC_CUSTOMERS, settings.TOPIC_PRODUCTS, settings.TOPIC_ORDERS],
      clientId: `${namespace}-api`,
      requestTimeoutMs,
    },
    log,
  );
  const positions = new MongoPositions(database);
  const fanOut = new MongoFanOut(database);
  const freshness = new ComputedFreshness(
    {
      logEnds,
      positions,
      fanOut,
      refused: new MongoRefused(database),
      now: arrival.clock.now,
      monotonic: () => performance.now(),
      onUnknown: (error) => log.warn({ err: error }, 'freshness is unknown: Kafka or the positions cannot be read'),
    },
    { maxAgeMs: settings.FRESHNESS_MAX_AGE_MS, timeoutMs: settings.FRESHNESS_TIMEOUT_MS },
  );
  // Connections of its own: however many questions callers ask, what the API itself must know is not kept waiting.
  const documentsDatabase = new Database({ url: settings.MONGODB_URL, namespace, requestTimeoutMs });
  const documentsInMongo = new MongoReader(documentsDatabase, database);
  const readers = { elasticsearch, mongodb: documentsInMongo };
  const probes = { elasticsearch: () => elasticsearch.ping(), mongodb: () => documentsInMongo.ping() };
  const limits = composeLimits(settings, probes, log);
  const { CURSOR_SECRET: ownSecret } = settings;
  const cursorSecret = new CursorSecret(
    ownSecret === undefined ? new MongoCursorSecret(database) : { read: async () => ownSecret },
  );
  const generations = new ServedGeneration(
    arrival.before(cursorSecret.beside(new MongoRegistry(database))),
    undefined,
    () => log.warn('no generation of documents is served yet; the projector makes one when it starts'),
  );
  limitBatches(batchLimitsIn(settings));
  const changeLogs = { brokers: settings.KAFKA_BROKERS, namespace, clientId: `${namespace}-api`, requestTimeoutMs };
  const changeLog = new KafkaChangeLog(changeLogs, log);
  const pastChanges = new KafkaChangeLog(changeLogs, log);
  const records = new KafkaRecords(changeLogs, log);
  const aggregateLog = new AggregateLog(
    records,
    {
      searchMsMax: settings.HISTORY_TIMEOUT_MS,
      searchesMax: settings.HISTORY_SEARCHES_MAX,
      bytesMax: settings.HISTORY_BYTES_MAX,
    },
    new Shares(settings.CALLER_SHARE_PERCENT),
  );
  const versions = {
    elasticsearch: new GuardedVersions(elasticsearch, limits.guards.elasticsearch),
    mongodb: new GuardedVersions(documentsInMongo, limits.guards.mongodb),
  };
  const changes = composeChanges({ log: changeLog, past: pastChanges, versions, generations }, settings, log);
  const stopping = new AbortController();
  const basis = new MongoBasis(database);
  const context = {
    views,
    definitions: definitionsOf(views),
    readers: composeReaders(readers, limits.guards, settings.HIGHLIGHT_STEPS_MAX),
    largePages: { elasticsearch: new LargePages(elasticsearch, limits.guards.elasticsearch) },
    answers: limits.answers,
    generations,
    freshness,
    changes,
    watch: new Watch(
      { progress: new MongoProgress(database), positions, jobs: fanOut, timers: systemTimers },
      limits.waits,
    ),
    refresher: new CoalescedRefresher(refresher),
    history: {
      basis,
      records: new RecordsInTurn(records, settings.CALLER_SHARE_PERCENT),
      log: aggregateLog,
      now: arrival.clock.now,
    },
    events: { basis, log: aggregateLog, positions, traces: new MongoTraces(database) },
    degradation: {
      recent: new RecentAnswers({
        ageMs: settings.RECENT_ANSWERS_MS,
        entriesMax: settings.RECENT_ANSWERS_MAX,
        bytesMax: settings.RECENT_ANSWERS_BYTES_MAX,
      }),
      answered: limits.metrics.degraded,
    },
    stopping: stopping.signal,
    cursorSecret: cursorSecret.get,
  };
  const http = new HttpService(
    createApp(context, log, entrance, limits),
    {
      host: settings.API_HOST,
      port: settings.API_PORT,
      requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
      answerTimeoutMs: settings.ANSWER_TIMEOUT_MS,
      connectionsMax: settings.CONNECTIONS_MAX,
      pipelinedMax: settings.PIPELINED_REQUESTS_MAX,
      drainGraceMs: settings.DRAIN_GRACE_MS,
      drainTimeoutMs: settings.DRAIN_TIMEOUT_MS,
    },
    log,
    async () => {
      const kafka = [logEnds.close(), changeLog.close(), pastChanges.close(), records.close()];
      await Promise.allSettled([
        elasticsearch.close(),
        refresher.close(),
        database.close(),
        documentsDatabase.close(),
        ...kafka,
      ]);
    },
    () => {
      stopping.abort();
      changes.hub.stop();
    },
    limits.connections,
  );
  log.info(
    {
      elasticsearch: placeOf(settings.ELASTICSEARCH_URL),
      mongodb: placeOf(settings.MONGODB_URL),
      kafka: settings.KAFKA_BROKERS,
      namespace,
    },
    'starting',
  );
  return { service: arrival.beside(http), log };
}
