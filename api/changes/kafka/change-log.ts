/** The log of changes in Kafka: every process reads all of it. A position that is no longer there is told, never skipped. */

import { connectReader, OutOfRange, type ReadPiece, TopicReader } from '../../../runtime/kafkajs/topic-reader.js';
import type { Log } from '../../../runtime/log.js';
import { decodeChange } from '../../../runtime/storage/changes.js';
import { changesTopic } from '../../../runtime/storage/names.js';
import type { ChangeLog, LoggedChange, LogPiece, OffsetRange, Places } from '../../ports/changes.js';
import { LogGone, LogUnavailable } from '../../ports/errors.js';

export interface KafkaChangeLogSettings {
  readonly brokers: readonly string[];
  readonly namespace: string;
  readonly clientId: string;
  readonly requestTimeoutMs: number;
}

const FETCH_BYTES_MAX = 1024 * 1024;
/** A waiting fetch returns at once when something comes. */
const FOLLOW_WAIT_MS = 1_000;
/** Nothing is waited for where it is known that there is more. */
const READ_WAIT_MS = 100;

export class KafkaChangeLog implements ChangeLog {
  readonly #namespace: string;
  readonly #reader: TopicReader;

  constructor(settings: KafkaChangeLogSettings, log: Log) {
    this.#namespace = settings.namespace;
    this.#reader = new TopicReader(connectReader(settings, log, FOLLOW_WAIT_MS));
  }

  ranges(generation: number): Promise<readonly OffsetRange[]> {
    return this.#ask(generation, async (topic) => {
      const ranges: OffsetRange[] = [];
      for (const { partition, earliest, end } of await this.#reader.ranges(topic))
        ranges[partition] = { earliest, end };
      return ranges;
    });
  }

  read(generation: number, from: Places, to: Places): Promise<LogPiece> {
    return this.#ask(generation, async (topic) => {
      const open = new Map(to.flatMap((end, partition) => startOf(from, partition, end)));
      const piece = await this.#reader.read(topic, open, { waitMs: READ_WAIT_MS, bytesMax: FETCH_BYTES_MAX });
      if (piece.next.size === 0) throw new LogGone(`Of ${topic} nothing is there between two places.`);
      const endOf = (partition: number) => to[partition] ?? 0;
      const records = piece.records.filter(({ partition, offset }) => offset < endOf(partition));
      const next = [...piece.next].map(([partition, place]) => [partition, Math.min(place, endOf(partition))] as const);
      return toPiece({ records, next: new Map(next) });
    });
  }

  follow(generation: number, from: Places, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<void> {
    const limits = { waitMs: FOLLOW_WAIT_MS, bytesMax: FETCH_BYTES_MAX };
    return this.#ask(generation, (topic) =>
      this.#reader.follow(topic, new Map(from.entries()), limits, (piece) => tell(toPiece(piece)), signal),
    );
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async #ask<Answer>(generation: number, question: (topic: string) => Promise<Answer>): Promise<Answer> {
    const topic = changesTopic({ namespace: this.#namespace, generation });
    try {
      return await question(topic);
    } catch (error) {
      if (error instanceof LogGone) throw error;
      if (error instanceof OutOfRange)
        throw new LogGone(`Of ${topic} not everything is there any more.`, { cause: error });
      throw new LogUnavailable(`The topic ${topic} cannot be read, or there is none.`, { cause: error });
    }
  }
}

/** Nothing for a partition of which nothing is between the two. */
function startOf(from: Places, partition: number, end: number): [number, number][] {
  const start = from[partition] ?? 0;
  return start < end ? [[partition, start]] : [];
}

function toPiece({ records, next }: ReadPiece): LogPiece {
  const changes: LoggedChange[] = [];
  for (const { partition, offset, key, value } of records) {
    // `null` for what no projector has written.
    const change = key && value && decodeChange(key.toString('utf8'), value.toString('utf8'));
    if (change !== null) changes.push({ ...change, partition, offset });
  }
  return { changes, next };
}
