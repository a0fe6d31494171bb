/**
 * The records of one aggregate, out of the log. Kafka finds nothing by key, so the aggregate's partition is read from its
 * beginning: the most expensive that can be asked of the API. It is bounded in time, in bytes and in how many go on at
 * once, and what was found is kept for a while: the next page reads nothing, and a search that a limit ended goes on.
 */
import type { AggregateName } from '../../mappings/events/event.js';
import type { KeyedRecords, LogStretch, PlacedRecord, RecordSource } from '../ports.js';
import { bytesOf } from './record-bytes.js';

export interface AggregateLogSettings {
  /** How long one search may take (ms). */
  readonly searchMsMax: number;
  /** Searches at a time; more are refused. */
  readonly searchesMax: number;
  /** What one search may find, and what is kept of all of them. */
  readonly bytesMax: number;
}

export interface AggregateRecords {
  /** In the order of the log in each partition. */
  readonly records: readonly PlacedRecord[];
  /** Whether all stretches were read to their ends. */
  readonly isWhole: boolean;
  /** Whether the log begins where it always began, in each partition. */
  readonly isUncut: boolean;
}

/** As many searches are under way as may be. */
export class SearchesCrowded extends Error {
  override readonly name = 'SearchesCrowded';
}

interface Kept {
  /** By `topic/partition`. */
  readonly found: ReadonlyMap<string, KeyedRecords>;
  readonly bytes: number;
  readonly expiry: NodeJS.Timeout;
}

const KEPT_MS = 60_000;

export class AggregateLog {
  readonly #records: RecordSource;
  readonly #settings: AggregateLogSettings;
  /** Least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #searches = 0;

  constructor(records: RecordSource, settings: AggregateLogSettings) {
    this.#records = records;
    this.#settings = settings;
  }

  /**
   * What these stretches hold of the aggregate, each from the beginning of the log up to `to`.
   * @throws LogUnavailable, SearchesCrowded
   */
  async recordsOf(
    aggregate: AggregateName,
    id: string,
    stretches: readonly Omit<LogStretch, 'from'>[],
    signal: AbortSignal,
  ): Promise<AggregateRecords> {
    const key = `${aggregate}/${id}`;
    const known = this.#kept.get(key)?.found ?? new Map<string, KeyedRecords>();
    const isKnown = stretches.every((stretch) => (known.get(nameOf(stretch))?.next ?? 0) >= stretch.to);
    const found = isKnown ? known : await this.#search(id, stretches, known, signal);
    this.#keep(key, found);
    const all = stretches.map((stretch) => ({ ...stretch, ...found.get(nameOf(stretch)) }));
    return {
      records: all.flatMap(({ records = [], to }) => records.filter(({ offset }) => offset < to)),
      isWhole: all.every(({ next = 0, to }) => next >= to),
      isUncut: all.every(({ begins }) => begins === 0),
    };
  }

  /**
   * What is there of the aggregate in a part of the log, within the same limits.
   * @throws LogUnavailable, SearchesCrowded
   */
  async recordsWithin(
    id: string,
    stretch: LogStretch,
    signal: AbortSignal,
  ): Promise<Omit<AggregateRecords, 'isUncut'>> {
    const { bytesMax } = this.#settings;
    const { records, next } = await this.#counted((deadline) =>
      this.#records.withKey(id, stretch, { deadline, signal, bytesMax }),
    );
    return { records, isWhole: next >= stretch.to };
  }

  #search(
    id: string,
    stretches: readonly Omit<LogStretch, 'from'>[],
    known: ReadonlyMap<string, KeyedRecords>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, KeyedRecords>> {
    return this.#counted(async (deadline) => {
      const found = new Map(known);
      for (const stretch of stretches) {
        const { records = [], next = 0 } = found.get(nameOf(stretch)) ?? {};
        if (next >= stretch.to) continue;
        const limits = { deadline, signal, bytesMax: this.#settings.bytesMax - sizeOf(found) };
        const further = await this.#records.withKey(id, { ...stretch, from: next }, limits);
        found.set(nameOf(stretch), { ...further, records: [...records, ...further.records] });
      }
      return found;
    });
  }

  async #counted<Found>(search: (deadline: number) => Promise<Found>): Promise<Found> {
    const { searchesMax, searchMsMax } = this.#settings;
    if (this.#searches >= searchesMax) throw new SearchesCrowded(`${searchesMax} searches are under way.`);
    this.#searches += 1;
    try {
      return await search(performance.now() + searchMsMax);
    } finally {
      this.#searches -= 1;
    }
  }

  /** Not for long: it may hold what is erased meanwhile. */
  #keep(key: string, found: ReadonlyMap<string, KeyedRecords>): void {
    this.#forget(key);
    const expiry = setTimeout(() => this.#forget(key), KEPT_MS).unref();
    this.#kept.set(key, { found, bytes: sizeOf(found), expiry });
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, 0);
    for (const [other, kept] of this.#kept) {
      if (bytes <= this.#settings.bytesMax) break;
      bytes -= kept.bytes;
      this.#forget(other);
    }
  }

  #forget(key: string): void {
    clearTimeout(this.#kept.get(key)?.expiry);
    this.#kept.delete(key);
  }
}

function nameOf({ topic, partition }: Pick<LogStretch, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}

function sizeOf(found: ReadonlyMap<string, KeyedRecords>): number {
  let bytes = 0;
  for (const { records } of found.values()) for (const record of records) bytes += bytesOf(record);
  return bytes;
}
