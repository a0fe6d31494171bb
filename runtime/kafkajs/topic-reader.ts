/** Reading topics without a group: whoever reads says from where, and nothing of it is left behind on the broker. */
import kafkajs, { type Admin, Kafka, logLevel } from 'kafkajs';
import type { RawRecord } from '../../mappings/events/event.js';
import type { Log } from '../log.js';
import type { FetchedRecord } from './aborted-records.js';
import { registerCodecs } from './codecs.js';
import { repairFetchedBatches } from './fetched-batches.js';
import { type Cluster, createCluster, READ_COMMITTED } from './groupless.js';
import { quietIdleConnections } from './idle-connections.js';
import { LastingConnection } from './lasting-connection.js';

export interface ReadRecord extends RawRecord {
  readonly key: Buffer | null;
  readonly partition: number;
  readonly offset: number;
  /** Append time in ms since 1970. */
  readonly timestamp: number;
}

export interface PartitionRange {
  readonly partition: number;
  /** The first offset that is still there. */
  readonly earliest: number;
  /** The offset of the next record to come. */
  readonly end: number;
}

/** By partition. */
export type PartitionOffsets = ReadonlyMap<number, number>;

export interface ReadPiece {
  /** At the offsets asked for or behind them, those of one partition in their order. */
  readonly records: readonly ReadRecord[];
  /** Where each partition goes on of which anything came: past what is delivered to nobody, too. */
  readonly next: PartitionOffsets;
}

export interface FetchLimits {
  /** How long a broker waits for the first record. */
  readonly waitMs: number;
  /** Of what one broker sends. One batch always comes, and as a whole. */
  readonly bytesMax: number;
  /** The same of one partition; without, all that a broker sends may be of one. */
  readonly partitionBytesMax?: number;
}

/** An offset is not there any more, or not yet. */
export class OutOfRange extends Error {
  override readonly name = 'OutOfRange';
}

/** Topics without aborted transactions, by connections of its own. Rejects with what kafkajs throws, and `OutOfRange`. */
export class TopicReader {
  /** For each topic one that asks and one that fetches: a fetch that waits holds up whatever else is asked on its own. */
  readonly #asking = new Map<string, LastingConnection<Admin>>();
  readonly #fetching = new Map<string, LastingConnection<Cluster>>();

  /** @param kafka whose time limits, log and credentials apply */
  constructor(private readonly kafka: Kafka) {
    quietIdleConnections();
    repairFetchedBatches();
  }

  ranges(topic: string): Promise<readonly PartitionRange[]> {
    return this.#ask(topic, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({ partition, earliest: Number(low), end: Number(high) }));
    });
  }

  offsetsAt(topic: string, timeMs: number): Promise<PartitionOffsets> {
    return this.#ask(topic, (admin) => offsetsAt(admin, topic, timeMs));
  }

  /** Asks each leader once, side by side. */
  async read(topic: string, from: PartitionOffsets, limits: FetchLimits): Promise<ReadPiece> {
    const pieces = await this.#onEachLeader(topic, from, limits, (fetch, own) => fetch(own));
    return {
      records: pieces.flatMap(({ records }) => records),
      next: new Map(pieces.flatMap(({ next }) => [...next])),
    };
  }

  /** Tells what is there and what comes, leader by leader, until the signal is aborted or one of them fails. */
  async follow(
    topic: string,
    from: PartitionOffsets,
    limits: FetchLimits,
    tell: (piece: ReadPiece) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let hasFailed = false;
    await this.#onEachLeader(topic, from, limits, async (fetch, own) => {
      let offsets = own;
      try {
        while (!signal.aborted && !hasFailed) {
          const piece = await fetch(offsets);
          offsets = new Map([...offsets, ...piece.next]);
          if (piece.next.size > 0) tell(piece);
        }
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#asking.values(), ...this.#fetching.values()].map((one) => one.close()));
  }

  #ask<Answer>(topic: string, question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const known = this.#asking.get(topic) ?? new LastingConnection(() => this.kafka.admin());
    this.#asking.set(topic, known);
    return known.use(question);
  }

  #onEachLeader<Answer>(
    topic: string,
    from: PartitionOffsets,
    limits: FetchLimits,
    work: (fetch: Fetch, own: PartitionOffsets) => Promise<Answer>,
  ): Promise<Answer[]> {
    const known = this.#fetching.get(topic) ?? this.#connectionFor(topic);
    this.#fetching.set(topic, known);
    return known.use(
      async (cluster) => {
        const leaders = Object.entries(await leadersOf(cluster, topic, [...from.keys()]));
        return allOf(
          leaders.map(([nodeId, partitions]) => {
            const own = new Map(partitions.map((partition) => [partition, from.get(partition) ?? 0]));
            return work(fetchFrom(cluster, nodeId, topic, limits), own);
          }),
        );
      },
      (error) => error instanceof OutOfRange,
    );
  }

  #connectionFor(topic: string): LastingConnection<Cluster> {
    return new LastingConnection(
      () => createCluster(this.kafka),
      async (cluster) => {
        // Whatever the producers compress with, a broker may compress with something else.
        await registerCodecs();
        await cluster.addTargetTopic(topic);
      },
    );
  }
}

type Fetch = (from: PartitionOffsets) => Promise<ReadPiece>;

/**
 * A client that only reads. Whoever asks tries again and is told of failures: here neither happens.
 * @param fetchWaitMs how long a broker may wait before it answers a fetch
 */
export function connectReader(
  settings: { readonly brokers: readonly string[]; readonly clientId: string; readonly requestTimeoutMs: number },
  log: Log,
  fetchWaitMs = 0,
): Kafka {
  return new Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: settings.requestTimeoutMs,
    requestTimeout: settings.requestTimeoutMs + fetchWaitMs,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.ERROR,
    logCreator: () => (entry) => log.debug({ kafka: entry.log }, entry.log.message),
  });
}

/**
 * Of each partition the offset of the first record that was appended at the time or later, its end where there is none.
 * What lies before 1970 is its beginning: Kafka takes −1 for the end.
 */
export async function offsetsAt(admin: Admin, topic: string, timeMs: number): Promise<PartitionOffsets> {
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, timeMs));
  return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
}

/** Ends when each of them has ended, even if one has failed. */
async function allOf<Answer>(working: readonly Promise<Answer>[]): Promise<Answer[]> {
  await Promise.allSettled(working);
  return Promise.all(working);
}

/** Of all the partitions: some may have been added since the metadata was read. */
async function leadersOf(cluster: Cluster, topic: string, partitions: number[]) {
  const known = cluster.findLeaderForPartitions(topic, partitions);
  if (Object.values(known).flat().length === partitions.length) return known;
  await cluster.refreshMetadata();
  const leaders = cluster.findLeaderForPartitions(topic, partitions);
  const missing = partitions.filter((partition) => !Object.values(leaders).flat().includes(partition));
  if (missing.length === 0) return leaders;
  const message = `Kafka names no leader of partition ${missing.join(', ')} of ${topic}.`;
  throw new kafkajs.KafkaJSError(message, { retriable: true });
}

function fetchFrom(cluster: Cluster, nodeId: string, topic: string, limits: FetchLimits): Fetch {
  const { waitMs, bytesMax, partitionBytesMax = bytesMax } = limits;
  return async (from) => {
    const broker = await cluster.findBroker({ nodeId });
    const partitions = [...from].map(([partition, offset]) => {
      return { partition, fetchOffset: String(offset), maxBytes: partitionBytesMax };
    });
    const question = { maxWaitTime: waitMs, minBytes: 1, maxBytes: bytesMax, isolationLevel: READ_COMMITTED };
    const { responses } = await broker.fetch({ ...question, topics: [{ topic, partitions }] }).catch((cause) => {
      if (!(cause instanceof kafkajs.KafkaJSOffsetOutOfRange)) throw cause;
      const { partition } = cause;
      throw new OutOfRange(`Partition ${partition} of ${topic} has nothing at offset ${from.get(partition)}.`, {
        cause,
      });
    });
    return pieceOf(
      responses.flatMap((response) => response.partitions),
      from,
    );
  };
}

/** A batch comes from its first record on, and ends in a control record if its last one is gone. */
function pieceOf(
  fetched: readonly { readonly partition: number; readonly messages: readonly FetchedRecord[] }[],
  from: PartitionOffsets,
): ReadPiece {
  const records: ReadRecord[] = [];
  const next = new Map<number, number>();
  for (const { partition, messages } of fetched) {
    const first = from.get(partition) ?? 0;
    const last = Number(messages.at(-1)?.offset ?? -1);
    if (last >= first) next.set(partition, last + 1);
    for (const message of messages) {
      if (!message.isControlRecord && Number(message.offset) >= first) records.push(toRecord(message, partition));
    }
  }
  return { records, next };
}

function toRecord({ offset, timestamp, key, value, headers, unread }: FetchedRecord, partition: number): ReadRecord {
  const content = { key, value, headers: headers as RawRecord['headers'] };
  const place = { partition, offset: Number(offset), timestamp: Number(timestamp) };
  return { ...place, ...content, ...(unread === undefined ? {} : { unread }) };
}
