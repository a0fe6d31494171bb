/** Builds the API out of its settings: which adapter plays which role. */
import { views } from '../mappings/registry.js';
import { createLog, type Log, withoutCredentials } from '../runtime/log.js';
import { createApp } from './app.js';
import { type ApiSettings, checkAccess } from './config.js';
import { ComputedFreshness } from './freshness/freshness.js';
import { KafkaLogEnds } from './freshness/kafka/log-ends.js';
import { ElasticsearchReader } from './readers/elasticsearch/reader.js';
import { Database } from './readers/mongodb/database.js';
import { MongoPositions } from './readers/mongodb/positions.js';
import { MongoReader } from './readers/mongodb/reader.js';
import { MongoRegistry } from './readers/mongodb/registry.js';
import { ServedGeneration } from './served-generation.js';
import { HttpService } from './server.js';

/** Nothing is connected yet: the API starts, and says that it is not ready, while its stores are away. */
export function composeApi(settings: ApiSettings, log: Log = createLog('api', settings.LOG_LEVEL)) {
  checkAccess(settings);
  const { NAMESPACE: namespace, STORE_TIMEOUT_MS: requestTimeoutMs } = settings;
  const elasticsearch = new ElasticsearchReader({ url: settings.ELASTICSEARCH_URL, namespace, requestTimeoutMs });
  const database = new Database({ url: settings.MONGODB_URL, namespace, requestTimeoutMs });
  const logEnds = new KafkaLogEnds(
    {
      brokers: settings.KAFKA_BROKERS,
      topics: [settings.TOPIC_CUSTOMERS, settings.TOPIC_PRODUCTS, settings.TOPIC_ORDERS],
      clientId: `${namespace}-api`,
      requestTimeoutMs,
    },
    log,
  );
  const freshness = new ComputedFreshness(
    {
      logEnds,
      positions: new MongoPositions(database),
      now: Date.now,
      onUnknown: (error) => log.warn({ err: error }, 'freshness is unknown: Kafka or the positions cannot be read'),
    },
    { maxAgeMs: settings.FRESHNESS_MAX_AGE_MS, timeoutMs: settings.FRESHNESS_TIMEOUT_MS },
  );
  const context = {
    views,
    readers: { elasticsearch, mongodb: new MongoReader(database) },
    generations: new ServedGeneration(new MongoRegistry(database)),
    freshness,
    namespace,
    cursorSecret: settings.CURSOR_SECRET,
  };
  const service = new HttpService(
    createApp(context, log),
    { host: settings.API_HOST, port: settings.API_PORT, requestTimeoutMs: settings.REQUEST_TIMEOUT_MS },
    log,
    async () => {
      await Promise.allSettled([elasticsearch.close(), database.close(), logEnds.close()]);
    },
  );
  log.info(
    {
      elasticsearch: withoutCredentials(settings.ELASTICSEARCH_URL),
      mongodb: withoutCredentials(settings.MONGODB_URL),
      kafka: settings.KAFKA_BROKERS,
      namespace,
    },
    'starting',
  );
  return { service, log };
}
