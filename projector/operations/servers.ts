/** Connections for operations outside a projector process. */

import type { Log } from '../../runtime/log.js';
import { SettingsError } from '../../runtime/settings.js';
import type { ProjectorSettings } from '../config.js';
import { connectKafka } from '../kafka/client.js';
import { connectElasticsearch } from '../stores/elasticsearch/connection.js';
import { connectMongo, databaseFor } from '../stores/mongodb/connection.js';
import { MongoRegistry } from '../stores/mongodb/registry.js';
import type { OperationServers } from './compose.js';

/** Runs the work with open connections and closes them. */
export async function withServers<Result>(
  settings: ProjectorSettings,
  log: Log,
  work: (servers: OperationServers) => Promise<Result>,
): Promise<Result> {
  const { NAMESPACE: namespace } = settings;
  const mongo = await connectMongo(settings.MONGODB_URL, settings.STORE_TIMEOUT_MS);
  const elasticsearch = connectElasticsearch(settings.ELASTICSEARCH_URL, settings.STORE_TIMEOUT_MS);
  const admin = connectKafka(settings.KAFKA_BROKERS, namespace, log).admin();
  try {
    await admin.connect().catch((error: unknown) => {
      throw new SettingsError(`Kafka cannot be reached at ${settings.KAFKA_BROKERS.join(', ')}: ${String(error)}`);
    });
    const db = databaseFor(mongo, namespace);
    return await work({
      ...{ db, elasticsearch, admin, namespace },
      registry: new MongoRegistry(db),
      topics: [settings.TOPIC_CUSTOMERS, settings.TOPIC_PRODUCTS, settings.TOPIC_ORDERS],
      clock: { now: Date.now },
    });
  } finally {
    await Promise.allSettled([admin.disconnect(), mongo.close(), elasticsearch.close()]);
  }
}
