/** The clients of the servers, made before these are there: nothing is asked of them until `connect`. */
import type { Log } from '../../runtime/log.js';
import { timeOf } from '../../runtime/presence/mongodb-time.js';
import { ServerClock } from '../../runtime/server-clock.js';
import {
  connectKafka,
  createProducer,
  type KafkaAdmin,
  type KafkaClient,
  type KafkaProducer,
} from '../kafka/client.js';
import { connectElasticsearch, type ElasticsearchClient } from '../stores/elasticsearch/connection.js';
import { createMongo, databaseFor, type MongoDatabase, withMongo } from '../stores/mongodb/connection.js';
import type { ProjectorSettings } from './settings.js';

export interface Connections {
  readonly db: MongoDatabase;
  readonly elasticsearch: ElasticsearchClient;
  readonly kafka: KafkaClient;
  readonly admin: KafkaAdmin;
  readonly producer: KafkaProducer;
  /** MongoDB's, which every process of the namespace asks. */
  readonly clock: ServerClock;
  /** Safe to repeat. @throws when a server does not answer. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** @throws SettingsError when an address is none. */
export function openConnections(settings: ProjectorSettings, log: Log): Connections {
  const mongo = createMongo(settings.MONGODB_URL, settings.STORE_TIMEOUT_MS);
  const db = databaseFor(mongo, settings.NAMESPACE);
  const elasticsearch = connectElasticsearch(settings.ELASTICSEARCH_URL, settings.STORE_TIMEOUT_MS);
  const kafka = connectKafka(settings.KAFKA_BROKERS, settings.NAMESPACE, log);
  const admin = kafka.admin();
  const producer = createProducer(kafka);
  const clock = new ServerClock(() => withMongo('tell the time', () => timeOf(db)));
  return {
    ...{ db, elasticsearch, kafka, admin, producer, clock },
    async connect() {
      await Promise.all([withMongo('be connected to', () => mongo.connect()), admin.connect(), producer.connect()]);
      await clock.ask();
    },
    async close() {
      await Promise.allSettled([admin.disconnect(), producer.disconnect(), mongo.close(), elasticsearch.close()]);
    },
  };
}
