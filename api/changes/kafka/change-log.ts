/**
 * The log of changes in Kafka, read without a group: every process reads all of it, and nobody's position is kept.
 * What was fetched is decoded by kafkajs; a position that is no longer there is told, never skipped.
 */
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { type Change, decodeChange } from '../../../runtime/changes.js';
import { registerCodecs } from '../../../runtime/kafkajs/codecs.js';
import { repairFetchedBatches } from '../../../runtime/kafkajs/fetched-batches.js';
import { type Cluster, createCluster, READ_COMMITTED } from '../../../runtime/kafkajs/groupless.js';
import { quietIdleConnections } from '../../../runtime/kafkajs/idle-connections.js';
import type { Log } from '../../../runtime/log.js';
import { changesTopic } from '../../../runtime/names.js';
import {
  type ChangeLog,
  LogGone,
  type LoggedChange,
  type LogPiece,
  LogUnavailable,
  type OffsetRange,
  type Places,
} from '../../ports.js';
import { moved } from '../place.js';

export interface KafkaChangeLogSettings {
  readonly brokers: readonly string[];
  readonly namespace: string;
  readonly clientId: string;
  readonly requestTimeoutMs: number;
}

interface FetchedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
}

const OUT_OF_RANGE = 'KafkaJSOffsetOutOfRange';
const FETCH_BYTES_MAX = 1024 * 1024;
/** A waiting fetch returns at once when something comes. */
const FOLLOW_WAIT_MS = 1_000;
/** Nothing is waited for where it is known that there is more. */
const READ_WAIT_MS = 100;

export class KafkaChangeLog implements ChangeLog {
  readonly #kafka: Kafka;
  readonly #namespace: string;
  #admin: Promise<Admin> | null = null;
  /** One for each topic that is followed or read, connected. */
  readonly #clusters = new Map<string, Promise<Cluster<FetchedRecord>>>();

  constructor({ brokers, namespace, clientId, requestTimeoutMs }: KafkaChangeLogSettings, log: Log) {
    quietIdleConnections();
    repairFetchedBatches();
    this.#namespace = namespace;
    this.#kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs + FOLLOW_WAIT_MS,
      retry: { retries: 1, initialRetryTime: 100 },
      logLevel: logLevel.ERROR,
      // What fails here is thrown, and reported by who asked.
      logCreator: () => (entry) => log.debug({ kafka: entry.log }, entry.log.message),
    });
  }

  async ranges(generation: number): Promise<readonly OffsetRange[]> {
    const topic = this.#topicOf(generation);
    try {
      this.#admin ??= this.#connectAdmin();
      const partitions = await (await this.#admin).fetchTopicOffsets(topic);
      const ranges: OffsetRange[] = [];
      for (const { partition, low, high } of partitions)
        ranges[partition] = { earliest: Number(low), end: Number(high) };
      return ranges;
    } catch (error) {
      await this.#closeAdmin();
      throw new LogUnavailable(`The topic ${topic} cannot be read, or there is none.`, { cause: error });
    }
  }

  async read(generation: number, from: Places, to: Places): Promise<LogPiece> {
    const open = to.flatMap((end, partition) => ((from[partition] ?? 0) < end ? [partition] : []));
    const piece = await this.#onEachLeader(generation, open, (nodeId, partitions) =>
      this.#fetch(generation, nodeId, partitions, from, READ_WAIT_MS),
    );
    const changes = piece
      .flatMap((part) => part.changes)
      .filter(({ partition, offset }) => offset < (to[partition] ?? 0));
    const next = new Map<number, number>();
    for (const part of piece) {
      for (const [partition, place] of part.next) next.set(partition, Math.min(place, to[partition] ?? 0));
    }
    if (next.size === 0) throw new LogGone(`Of ${this.#topicOf(generation)} nothing is there between two places.`);
    return { changes, next };
  }

  async follow(generation: number, from: Places, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<void> {
    const all = from.map((_, partition) => partition);
    let hasFailed = false;
    await this.#onEachLeader(generation, all, async (nodeId, partitions) => {
      let places = from;
      while (!signal.aborted && !hasFailed) {
        const piece = await this.#fetch(generation, nodeId, partitions, places, FOLLOW_WAIT_MS).catch((error) => {
          hasFailed = true;
          throw error;
        });
        places = moved(places, piece.next);
        if (piece.next.size > 0) tell(piece);
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#closeAdmin(), ...[...this.#clusters.keys()].map((topic) => this.#forget(topic))]);
  }

  /** Side by side; ends when all have. After a failure the next question looks anew for who leads. */
  async #onEachLeader<Answer>(
    generation: number,
    partitions: readonly number[],
    ask: (nodeId: string, partitions: readonly number[]) => Promise<Answer>,
  ): Promise<Answer[]> {
    const topic = this.#topicOf(generation);
    try {
      const cluster = await this.#clusterOf(topic);
      const leaders = Object.entries(cluster.findLeaderForPartitions(topic, [...partitions]));
      const outcomes = await Promise.allSettled(leaders.map(([nodeId, own]) => ask(nodeId, own)));
      return outcomes.map((outcome) => {
        if (outcome.status === 'fulfilled') return outcome.value;
        throw outcome.reason;
      });
    } catch (error) {
      if (isOutOfRange(error)) throw new LogGone(`Of ${topic} not everything is there any more.`, { cause: error });
      await this.#forget(topic);
      throw new LogUnavailable(`The topic ${topic} cannot be read, or there is none.`, { cause: error });
    }
  }

  async #fetch(
    generation: number,
    nodeId: string,
    partitions: readonly number[],
    from: Places,
    waitMs: number,
  ): Promise<LogPiece> {
    const topic = this.#topicOf(generation);
    const broker = await (await this.#clusterOf(topic)).findBroker({ nodeId });
    const { responses } = await broker.fetch({
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      isolationLevel: READ_COMMITTED,
      topics: [
        {
          topic,
          partitions: partitions.map((partition) => {
            return { partition, fetchOffset: String(from[partition] ?? 0), maxBytes: FETCH_BYTES_MAX };
          }),
        },
      ],
    });
    const changes: LoggedChange[] = [];
    const next = new Map<number, number>();
    for (const { partition, messages } of responses.flatMap((response) => response.partitions)) {
      const start = from[partition] ?? 0;
      for (const record of messages) {
        const offset = Number(record.offset);
        // A batch comes as a whole, from its first record on.
        if (offset < start) continue;
        next.set(partition, offset + 1);
        const change = changeIn(record);
        if (change !== null) changes.push({ ...change, partition, offset });
      }
    }
    return { changes, next };
  }

  #topicOf(generation: number): string {
    return changesTopic({ namespace: this.#namespace, generation });
  }

  #clusterOf(topic: string): Promise<Cluster<FetchedRecord>> {
    const known = this.#clusters.get(topic);
    if (known !== undefined) return known;
    const cluster = createCluster<FetchedRecord>(this.#kafka);
    // The projector compresses nothing, but a broker may, and whoever writes to the topic.
    const connected = registerCodecs()
      .then(() => cluster.connect())
      .then(() => cluster.addTargetTopic(topic))
      .then(() => cluster);
    this.#clusters.set(topic, connected);
    return connected;
  }

  async #forget(topic: string): Promise<void> {
    const cluster = this.#clusters.get(topic);
    this.#clusters.delete(topic);
    await (await cluster?.catch(() => undefined))?.disconnect();
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  async #closeAdmin(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await (await admin?.catch(() => undefined))?.disconnect();
  }
}

/** `null` for what no projector has written. */
function changeIn({ key, value, isControlRecord }: FetchedRecord): Change | null {
  if (isControlRecord || key === null || value === null) return null;
  return decodeChange(key.toString('utf8'), value.toString('utf8'));
}

function isOutOfRange(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (inner.name === OUT_OF_RANGE) return true;
  return false;
}
