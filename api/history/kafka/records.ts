/** Records by their places and by their key, read without a group. What was fetched is decoded by kafkajs. */
import { Kafka, logLevel } from 'kafkajs';
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import type { HeaderValue, RawRecord } from '../../../mappings/events/event.js';
import { isOfBatch } from '../../../mappings/events/reasons.js';
import { registerCodecs } from '../../../runtime/kafkajs/codecs.js';
import { repairFetchedBatches } from '../../../runtime/kafkajs/fetched-batches.js';
import { type Cluster, createCluster, READ_COMMITTED } from '../../../runtime/kafkajs/groupless.js';
import { quietIdleConnections } from '../../../runtime/kafkajs/idle-connections.js';
import type { Log } from '../../../runtime/log.js';
import { TooLate, withinTime } from '../../deadline.js';
import {
  type KeyedRecords,
  type LogStretch,
  LogUnavailable,
  type PlacedRecord,
  type RecordSource,
  type Searcher,
  type SearchLimits,
} from '../../ports.js';
import { bytesOf } from '../record-bytes.js';

export interface KafkaRecordsSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** For all places that one question asks for, and for each request of a search. */
  readonly requestTimeoutMs: number;
}

interface FetchedRecord extends RawRecord {
  readonly offset: string;
  readonly isControlRecord: boolean;
}

/** A batch comes as a whole, and one always comes: events that stand close together come with one fetch. */
const PLACE_BYTES_MAX = 64 * 1024;
/** Of the records at the places of one question; those beyond are not read. */
const PLACES_BYTES_MAX = 32 * 1024 * 1024;
/** Decoded in some ten milliseconds, in which the process does nothing else. */
const SEARCH_BYTES_MAX = 512 * 1024;
/** Fetches in a row that bring nothing, though there should be more. */
const VAIN_FETCHES_MAX = 3;
const VAIN_WAIT_MS = 100;
const OUT_OF_RANGE = 'KafkaJSOffsetOutOfRange';

export class KafkaRecords implements RecordSource {
  readonly #kafka: Kafka;
  readonly #timeoutMs: number;
  readonly #clusters = new Map<string, Promise<Cluster<FetchedRecord>>>();

  constructor({ brokers, clientId, requestTimeoutMs }: KafkaRecordsSettings, log: Log) {
    quietIdleConnections();
    repairFetchedBatches();
    this.#timeoutMs = requestTimeoutMs;
    this.#kafka = new Kafka({
      ...{ clientId, brokers: [...brokers], requestTimeout: requestTimeoutMs, connectionTimeout: requestTimeoutMs },
      retry: { retries: 1, initialRetryTime: 100 },
      logLevel: logLevel.ERROR,
      // What fails here is thrown, and reported by who asked.
      logCreator: () => (entry) => log.debug({ kafka: entry.log }, entry.log.message),
    });
  }

  async at(places: readonly LogPlace[], { signal }: Searcher): Promise<readonly (RawRecord | null)[]> {
    const topics = new Set(places.map(({ topic }) => topic));
    const found = await this.#orUnavailable(topics, () =>
      withinTime(this.#readPlaces(places, signal), this.#timeoutMs),
    );
    return places.map((place) => found.get(nameOf(place)) ?? null);
  }

  withKey(key: string, stretch: LogStretch, limits: SearchLimits): Promise<KeyedRecords> {
    return this.#orUnavailable([stretch.topic], () => this.#search(Buffer.from(key), stretch, limits));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clusters.keys()].map((topic) => this.#forget(topic)));
  }

  /** Of what comes along only what was asked for is kept, and that in memory of its own. */
  async #readPlaces(places: readonly LogPlace[], signal: AbortSignal): Promise<ReadonlyMap<string, RawRecord>> {
    const found = new Map<string, RawRecord>();
    const asked = new Set(places.map(nameOf));
    const deadline = performance.now() + this.#timeoutMs;
    let bytes = 0;
    for (const place of [...places].sort((a, b) => a.offset - b.offset)) {
      if (found.has(nameOf(place))) continue;
      if (signal.aborted || bytes > PLACES_BYTES_MAX) break;
      // Who asked has been refused by then.
      if (performance.now() > deadline) throw new TooLate('The time to read these places is over.');
      const { topic, partition } = place;
      for (const { offset: text, isControlRecord, ...raw } of (await this.#fetch(place, PLACE_BYTES_MAX, 0)) ?? []) {
        const offset = Number(text);
        const name = nameOf({ topic, partition, offset });
        if (isControlRecord || !asked.has(name) || found.has(name) || bytes > PLACES_BYTES_MAX) continue;
        const kept = copyOf(raw);
        found.set(name, kept);
        bytes += bytesOf(kept);
      }
    }
    return found;
  }

  async #search(key: Buffer, { topic, partition, from, to }: LogStretch, limits: SearchLimits): Promise<KeyedRecords> {
    const begins = await withinTime(this.#beginOf(topic, partition), this.#timeoutMs);
    const records: PlacedRecord[] = [];
    let next = Math.max(from, begins);
    let bytes = 0;
    let isAllRead = true;
    for (let vain = 0; next < to && vain < VAIN_FETCHES_MAX; ) {
      if (limits.signal.aborted || performance.now() > limits.deadline || bytes > limits.bytesMax) break;
      const place = { topic, partition, offset: next };
      const fetched = await withinTime(this.#fetch(place, SEARCH_BYTES_MAX, VAIN_WAIT_MS), this.#timeoutMs);
      // The log has become shorter: the topic was made anew, and nothing of the stretch is there.
      if (fetched === null) return { records, next: to, begins, isAllRead };
      for (const record of fetched) {
        const offset = Number(record.offset);
        if (offset < next || offset >= to || record.isControlRecord) continue;
        if (record.unread !== undefined && isOfBatch(record.unread)) isAllRead = false;
        if (!isSame(record.key, key)) continue;
        const kept = { topic, partition, offset, ...copyOf(record) };
        records.push(kept);
        bytes += bytesOf(kept);
      }
      vain = fetched.length === 0 ? vain + 1 : 0;
      next = Math.max(next, Math.min(to, Number(fetched.at(-1)?.offset ?? -1) + 1));
    }
    return { records, next: Math.min(Math.max(next, from), to), begins, isAllRead };
  }

  async #beginOf(topic: string, partition: number): Promise<number> {
    const cluster = await this.#clusterOf(topic);
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: true }]);
    return Number(found?.partitions[0]?.offset ?? 0);
  }

  /** The record at the place, with those that come along; `null` when the log does not reach there. */
  async #fetch(
    { topic, partition, offset }: LogPlace,
    maxBytes: number,
    maxWaitTime: number,
  ): Promise<readonly FetchedRecord[] | null> {
    const cluster = await this.#clusterOf(topic);
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await cluster.findBroker({ nodeId: nodeId ?? '' });
    const question = {
      ...{ maxWaitTime, minBytes: 1, maxBytes, isolationLevel: READ_COMMITTED },
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
    };
    const answer = await broker.fetch(question).catch((error: unknown) => {
      if (error instanceof Error && error.name === OUT_OF_RANGE) return null;
      throw error;
    });
    return answer?.responses.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages)) ?? null;
  }

  /** After a failure the next question connects anew. */
  async #orUnavailable<Answer>(topics: Iterable<string>, read: () => Promise<Answer>): Promise<Answer> {
    try {
      return await read();
    } catch (error) {
      await Promise.all([...topics].map((topic) => this.#forget(topic)));
      throw new LogUnavailable('The events cannot be read in Kafka.', { cause: error });
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

/** What was fetched is one piece of memory, which any part of it would keep. */
function copyOf({ key, value, headers, unread }: RawRecord): RawRecord {
  const copy = (one: HeaderValue) => (one === null || typeof one === 'string' ? one : Buffer.from(one));
  const copied = Object.entries(headers).map(([name, one]) => {
    return [name, Array.isArray(one) ? one.map(copy) : one && copy(one)];
  });
  const content = { key: key && Buffer.from(key), value: value && Buffer.from(value) };
  return { ...content, headers: Object.fromEntries(copied), ...(unread === undefined ? {} : { unread }) };
}

function isSame(key: Uint8Array | null, wanted: Buffer): boolean {
  return key !== null && wanted.equals(key);
}
