/**
 * What the reader of topics asks of brokers directly. kafkajs 2.2.4 offers consumers of groups only; what it makes its own
 * clients with is a private method.
 */
import type { Kafka } from 'kafkajs';
import type { FetchedRecord } from './aborted-records.js';

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** Partitions by the id of their leader, as they were known when the metadata was read. Those not known are left out. */
  findLeaderForPartitions(topic: string, partitions: number[]): Readonly<Record<string, number[]>>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

interface Broker {
  fetch(request: FetchRequest): Promise<{
    responses: { partitions: { partition: number; messages: FetchedRecord[] }[] }[];
  }>;
}

interface FetchRequest {
  /** How long the broker waits for `minBytes`, in ms. Meanwhile it answers nothing else on the connection. */
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: number;
  readonly topics: {
    readonly topic: string;
    readonly partitions: { readonly partition: number; readonly fetchOffset: string; readonly maxBytes: number }[];
  }[];
}

export const READ_COMMITTED = 1;

const CREATE_CLUSTER = 'private:Kafka:createCluster';

type Create = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => Cluster;

/** With connections of its own. */
export function createCluster(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const create: unknown = key === undefined ? undefined : Reflect.get(kafka, key);
  if (typeof create !== 'function') throw new Error('The broker could not be asked: it is not kafkajs 2.2.4.');
  return (create as Create)({ metadataMaxAge: 60_000, allowAutoTopicCreation: false });
}
