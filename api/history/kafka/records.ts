/** Records by their places and by their key. */
import type { LogPlace } from '../../../mappings/aggregates/state.js';
import type { RawRecord } from '../../../mappings/events/event.js';
import { isOfBatch } from '../../../mappings/events/reasons.js';
import { TooLate, withinTime } from '../../../runtime/deadline.js';
import { connectReader, OutOfRange, type ReadPiece, TopicReader } from '../../../runtime/kafkajs/topic-reader.js';
import type { Log } from '../../../runtime/log.js';
import { inOwnMemory } from '../../../runtime/own-memory.js';
import { LogUnavailable } from '../../ports/errors.js';
import type {
  KeyedRecords,
  LogStretch,
  PlacedRecord,
  RecordSource,
  Searcher,
  SearchLimits,
} from '../../ports/history.js';
import { bytesOf } from '../record-bytes.js';

export interface KafkaRecordsSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** For all places that one question asks for, and for each request of a search. */
  readonly requestTimeoutMs: number;
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

export class KafkaRecords implements RecordSource {
  readonly #timeoutMs: number;
  readonly #reader: TopicReader;

  constructor(settings: KafkaRecordsSettings, log: Log) {
    this.#timeoutMs = settings.requestTimeoutMs;
    this.#reader = new TopicReader(connectReader(settings, log));
  }

  async at(places: readonly LogPlace[], { signal }: Searcher): Promise<readonly (RawRecord | null)[]> {
    const found = await orUnavailable(withinTime(this.#readPlaces(places, signal), this.#timeoutMs));
    return places.map((place) => found.get(nameOf(place)) ?? null);
  }

  withKey(key: string, stretch: LogStretch, limits: SearchLimits): Promise<KeyedRecords> {
    return orUnavailable(this.#search(Buffer.from(key), stretch, limits));
  }

  close(): Promise<void> {
    return this.#reader.close();
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
      for (const record of (await this.#fetch(place, PLACE_BYTES_MAX, 0))?.records ?? []) {
        const name = nameOf({ topic, partition, offset: record.offset });
        if (!asked.has(name) || found.has(name) || bytes > PLACES_BYTES_MAX) continue;
        const kept = inOwnMemory(record);
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
      const piece = await withinTime(this.#fetch(place, SEARCH_BYTES_MAX, VAIN_WAIT_MS), this.#timeoutMs);
      // The log has become shorter: the topic was made anew, and nothing of the stretch is there.
      if (piece === null) return { records, next: to, begins, isAllRead };
      for (const record of piece.records) {
        if (record.offset >= to) break;
        if (record.unread !== undefined && isOfBatch(record.unread)) isAllRead = false;
        if (!isSame(record.key, key)) continue;
        const kept = { topic, ...inOwnMemory(record) };
        records.push(kept);
        bytes += bytesOf(kept);
      }
      const reached = piece.next.get(partition);
      vain = reached === undefined ? vain + 1 : 0;
      next = Math.min(to, reached ?? next);
    }
    return { records, next: Math.min(Math.max(next, from), to), begins, isAllRead };
  }

  async #beginOf(topic: string, partition: number): Promise<number> {
    const ranges = await this.#reader.ranges(topic);
    return ranges.find((range) => range.partition === partition)?.earliest ?? 0;
  }

  /** The record at the place, with those that come along; `null` when the log does not reach there. */
  async #fetch({ topic, partition, offset }: LogPlace, bytesMax: number, waitMs: number): Promise<ReadPiece | null> {
    return this.#reader.read(topic, new Map([[partition, offset]]), { waitMs, bytesMax }).catch((error: unknown) => {
      if (error instanceof OutOfRange) return null;
      throw error;
    });
  }
}

async function orUnavailable<Answer>(reading: Promise<Answer>): Promise<Answer> {
  try {
    return await reading;
  } catch (error) {
    throw new LogUnavailable('The events cannot be read in Kafka.', { cause: error });
  }
}

function nameOf({ topic, partition, offset }: LogPlace): string {
  return `${topic}/${partition}/${offset}`;
}

function isSame(key: Buffer | null, wanted: Buffer): boolean {
  return key !== null && wanted.equals(key);
}
