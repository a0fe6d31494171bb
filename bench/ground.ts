/** The servers of one bench, and what it needs of them besides what it measures. */
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { documentScanByView } from '../projector/composition/by-view.js';
import type { DocumentScan } from '../projector/ports/documents.js';
import { ElasticsearchDocumentScan } from '../projector/stores/elasticsearch/document-scan.js';
import { MongoDocumentScan } from '../projector/stores/mongodb/document-scan.js';
import { databaseOf } from '../runtime/storage/names.js';
import type { Addresses } from '../stack/servers.js';
import { Derived } from './derived.js';

export class Ground {
  readonly kafka: Kafka;
  private readonly elasticsearch: Client;
  private readonly mongo: MongoClient;

  constructor(readonly addresses: Addresses) {
    this.kafka = new Kafka({ brokers: addresses.KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });
    this.elasticsearch = new Client({ node: addresses.ELASTICSEARCH_URL });
    this.mongo = new MongoClient(addresses.MONGODB_URL);
  }

  /** What a projector has made, or will have, in the namespace. */
  derived(namespace: string): Derived {
    return new Derived(this.elasticsearch, this.mongo.db(databaseOf(namespace)), namespace);
  }

  /** The same documents, for who reads them all. */
  documentScan(namespace: string): DocumentScan {
    const generation = 1;
    return documentScanByView({
      elasticsearch: new ElasticsearchDocumentScan(this.elasticsearch, { namespace, generation }),
      mongodb: new MongoDocumentScan(this.mongo.db(databaseOf(namespace)), generation),
    });
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
