/**
 * Reading a topic without a group. kafkajs 2.2.4 offers consumers of groups only; what it makes its own clients with is
 * a private method.
 */
import type { Kafka } from 'kafkajs';

export interface Broker<Record> {
  fetch(request: FetchRequest): Promise<{
    responses: { partitions: { partition: number; messages: Record[] }[] }[];
  }>;
}

export interface FetchRequest {
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

export interface Cluster<Record> {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** Partitions by the id of their leader. */
  findLeaderForPartitions(topic: string, partitions: number[]): globalThis.Record<string, number[]>;
  /** The earliest offsets, or the ends. */
  fetchTopicsOffset(
    topics: { readonly topic: string; readonly partitions: { readonly partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
  findBroker(node: { nodeId: string }): Promise<Broker<Record>>;
}

export const READ_COMMITTED = 1;

const CREATE_CLUSTER = 'private:Kafka:createCluster';

type Create = <Record>(options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => Cluster<Record>;

/** With connections of its own. `Record` is what a fetched record is known by. */
export function createCluster<Record>(kafka: Kafka): Cluster<Record> {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const create: unknown = key === undefined ? undefined : Reflect.get(kafka, key);
  if (typeof create !== 'function') throw new Error('The broker could not be asked: it is not kafkajs 2.2.4.');
  return (create as Create)<Record>({ metadataMaxAge: 60_000, allowAutoTopicCreation: false });
}
