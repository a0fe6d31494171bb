/** The servers of one bench, and what it needs of them besides what it measures. */
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { databaseOf, positionsCollection, REGISTRY_COLLECTION } from '../runtime/names.js';
import type { PositionRecord, RegistryRecord } from '../runtime/records.js';
import type { Addresses } from '../stack/servers.js';
import type { History } from './history.js';

export class Ground {
  readonly kafka: Kafka;
  private readonly elasticsearch: Client;
  private readonly mongo: MongoClient;

  constructor(readonly addresses: Addresses) {
    this.kafka = new Kafka({ brokers: addresses.KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });
    this.elasticsearch = new Client({ node: addresses.ELASTICSEARCH_URL });
    this.mongo = new MongoClient(addresses.MONGODB_URL);
  }

  /** Whether every event of the history is durable in every document of the namespace. */
  async hasCaughtUp(namespace: string, { ends }: History): Promise<boolean> {
    const db = this.mongo.db(databaseOf(namespace));
    const registry = await db.collection<RegistryRecord>(REGISTRY_COLLECTION).findOne({ _id: 'registry' });
    if (registry === null) return false;
    const positions = await db.collection<PositionRecord>(positionsCollection(registry.live)).find().toArray();
    const next = new Map(positions.map((position) => [position._id, position.next]));
    return [...ends].every(([partition, end]) => (next.get(partition) ?? 0) >= end);
  }

  /** Removes what a round has derived, so that the next one meets the servers as this one did. */
  async clear(namespace: string): Promise<void> {
    await this.mongo.db(databaseOf(namespace)).dropDatabase();
    const found = Object.keys(
      await this.elasticsearch.indices.get({ index: `${namespace}-*`, allow_no_indices: true }),
    );
    if (found.length > 0) await this.elasticsearch.indices.delete({ index: found });
  }

  async removeTopics(prefix: string): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    } finally {
      await admin.disconnect();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.mongo.close(), this.elasticsearch.close()]);
  }
}
