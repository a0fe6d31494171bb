import { elasticsearchServer } from './elasticsearch.js';
import { kafkaServer } from './kafka.js';
import { mongoServer } from './mongodb.js';
import type { Server } from './server.js';

/** The servers that the settings of either process name. */
export function serversOf(settings: {
  readonly KAFKA_BROKERS: readonly string[];
  readonly ELASTICSEARCH_URL: string;
  readonly MONGODB_URL: string;
  readonly NAMESPACE: string;
}): readonly Server[] {
  const { KAFKA_BROKERS, ELASTICSEARCH_URL, MONGODB_URL, NAMESPACE } = settings;
  return [
    kafkaServer(KAFKA_BROKERS, NAMESPACE),
    elasticsearchServer(ELASTICSEARCH_URL),
    mongoServer(MONGODB_URL, NAMESPACE),
  ];
}
