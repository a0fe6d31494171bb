/** Records by their places, read without a group. What was fetched is decoded by kafkajs. */
import { Kafka, logLevel } from 'kafkajs';
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import type { RawRecord } from '../../../mappings/events/event.js';
import { registerCodecs } from '../../../runtime/kafkajs/codecs.js';
import { type Cluster, createCluster, READ_COMMITTED } from '../../../runtime/kafkajs/groupless.js';
import { quietIdleConnections } from '../../../runtime/kafkajs/idle-connections.js';
import type { Log } from '../../../runtime/log.js';
import { withinTime } from '../../deadline.js';
import { LogUnavailable, type RecordSource } from '../../ports.js';

export interface KafkaRecordsSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** For all that one question needs. */
  readonly requestTimeoutMs: number;
}

interface FetchedRecord extends RawRecord {
  readonly offset: string;
  readonly isControlRecord: boolean;
}

/** A batch comes as a whole, and one always comes: events that stand close together come with one fetch. */
const FETCH_BYTES_MAX = 64 * 1024;
const OUT_OF_RANGE = 'KafkaJSOffsetOutOfRange';

export class KafkaRecords implements RecordSource {
  readonly #kafka: Kafka;
  readonly #timeoutMs: number;
  readonly #clusters = new Map<string, Promise<Cluster<FetchedRecord>>>();

  constructor({ brokers, clientId, requestTimeoutMs }: KafkaRecordsSettings, log: Log) {
    quietIdleConnections();
    this.#timeoutMs = requestTimeoutMs;
    this.#kafka = new Kafka({
      ...{ clientId, brokers: [...brokers], requestTimeout: requestTimeoutMs, connectionTimeout: requestTimeoutMs },
      retry: { retries: 1, initialRetryTime: 100 },
      logLevel: logLevel.ERROR,
      // What fails here is thrown, and reported by who asked.
      logCreator: () => (entry) => log.debug({ kafka: entry.log }, entry.log.message),
    });
  }

  async at(places: readonly LogPlace[]): Promise<readonly (RawRecord | null)[]> {
    const found = new Map<string, RawRecord>();
    try {
      await withinTime(this.#read(places, found), this.#timeoutMs);
    } catch (error) {
      await Promise.all([...new Set(places.map(({ topic }) => topic))].map((topic) => this.#forget(topic)));
      throw new LogUnavailable('The events cannot be read in Kafka.', { cause: error });
    }
    return places.map((place) => found.get(nameOf(place)) ?? null);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clusters.keys()].map((topic) => this.#forget(topic)));
  }

  async #read(places: readonly LogPlace[], found: Map<string, RawRecord>): Promise<void> {
    for (const place of [...places].sort((a, b) => a.offset - b.offset)) {
      if (!found.has(nameOf(place))) await this.#fetch(place, found);
    }
  }

  /** The record at the place, with those that come along. */
  async #fetch({ topic, partition, offset }: LogPlace, found: Map<string, RawRecord>): Promise<void> {
    const cluster = await this.#clusterOf(topic);
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await cluster.findBroker({ nodeId: nodeId ?? '' });
    const asked = { partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES_MAX };
    const question = {
      ...{ maxWaitTime: 0, minBytes: 1, maxBytes: FETCH_BYTES_MAX, isolationLevel: READ_COMMITTED },
      topics: [{ topic, partitions: [asked] }],
    };
    const answer = await broker.fetch(question).catch((error: unknown) => {
      // It is no longer kept, or the topic was made anew.
      if (error instanceof Error && error.name === OUT_OF_RANGE) return { responses: [] };
      throw error;
    });
    for (const { messages } of answer.responses.flatMap((response) => response.partitions)) {
      for (const { offset: at, isControlRecord, key, value, headers } of messages) {
        if (!isControlRecord) found.set(nameOf({ topic, partition, offset: Number(at) }), { key, value, headers });
      }
    }
  }

  #clusterOf(topic: string): Promise<Cluster<FetchedRecord>> {
    const known = this.#clusters.get(topic);
    if (known !== undefined) return known;
    const connected = this.#connect(topic);
    this.#clusters.set(topic, connected);
    return connected;
  }

  async #connect(topic: string): Promise<Cluster<FetchedRecord>> {
    await registerCodecs();
    const cluster = createCluster<FetchedRecord>(this.#kafka);
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    return cluster;
  }

  async #forget(topic: string): Promise<void> {
    const cluster = this.#clusters.get(topic);
    this.#clusters.delete(topic);
    await (await cluster?.catch(() => undefined))?.disconnect();
  }
}

function nameOf({ topic, partition, offset }: LogPlace): string {
  return `${topic}/${partition}/${offset}`;
}
