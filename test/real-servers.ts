/** The servers to test with, and a namespace on them that no other test shares. */
import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { type Db, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { ElasticsearchClient } from '../projector/stores/elasticsearch/connection.js';
import { databaseOf } from '../runtime/storage/names.js';
import type { Topic } from './recomputation-documents.js';

export interface RealServers {
  readonly namespace: string;
  /** The topics that its events are on. */
  readonly topics: Readonly<Record<Topic, string>>;
  readonly kafka: Kafka;
  readonly elasticsearch: ElasticsearchClient;
  readonly db: Db;
  /** Removes what the namespace has in all servers, and disconnects. */
  remove(): Promise<void>;
}

/** `name`: what the test is about, in lower-case letters, digits and hyphens; at most 28 characters. */
export async function openNamespace(name: string): Promise<RealServers> {
  const namespace = `${name}-${randomBytes(4).toString('hex')}`;
  const topics = {
    customers: `${namespace}.customers`,
    products: `${namespace}.products`,
    orders: `${namespace}.orders`,
  };
  const kafka = new Kafka({
    clientId: `${namespace}-test`,
    brokers: inject('KAFKA_BROKERS').split(','),
    logLevel: logLevel.NOTHING,
  });
  const elasticsearch = new ElasticsearchClient({ node: inject('ELASTICSEARCH_URL') });
  const mongo = await new MongoClient(inject('MONGODB_URL')).connect();
  const db = mongo.db(databaseOf(namespace));
  return {
    namespace,
    topics,
    kafka,
    elasticsearch,
    db,
    async remove() {
      await Promise.all([
        db.dropDatabase().then(() => mongo.close()),
        removeIndexes(elasticsearch, namespace).then(() => elasticsearch.close()),
        removeTopics(kafka, namespace),
      ]);
    },
  };
}

/** By name: a server may refuse to delete by pattern. */
async function removeIndexes(elasticsearch: Client, namespace: string): Promise<void> {
  const indexes = Object.keys(await elasticsearch.indices.get({ index: `${namespace}-*`, allow_no_indices: true }));
  if (indexes.length > 0) await elasticsearch.indices.delete({ index: indexes });
}

/** Those of its events, and its own. */
async function removeTopics(kafka: Kafka, namespace: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${namespace}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics }).catch(unlessGone);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs repeats a request whose answer was late, and then the topics are not there any more. */
function unlessGone(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ('type' in one && one.type === 'UNKNOWN_TOPIC_OR_PARTITION') return;
  }
  throw error;
}
