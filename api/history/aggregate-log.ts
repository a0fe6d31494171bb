/**
 * The events of one aggregate, out of the log. Kafka finds nothing by key, so the aggregate's partition is read from its
 * beginning: the most expensive that can be asked of the API. It is bounded in time, in bytes and in how many go on at
 * once, and what was found is kept for a while: the next page reads nothing, and a search whose time was up goes on.
 */
import { setImmediate } from 'node:timers/promises';
import type { Delivery } from '../../mappings/aggregates/merge.js';
import { decode } from '../../mappings/events/decode.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Shares } from '../fairness/shares.js';
import type { LogStretch, PlacedRecord, RecordSource, Searcher } from '../ports/history.js';
import { type FoundEvents, type FoundPart, KeptEvents } from './kept-events.js';
import { bytesOf } from './record-bytes.js';

export interface AggregateLogSettings {
  /** How long one search may take (ms). */
  readonly searchMsMax: number;
  /** Searches at a time; more are refused. */
  readonly searchesMax: number;
  /** What one search may find, and what is kept of all of them. */
  readonly bytesMax: number;
}

export interface AggregateEvents {
  /** In the order of the log in each partition. Records that are no events of the contract are left out. */
  readonly events: readonly Delivery[];
  /** Whether all stretches were read to their ends. */
  readonly isWhole: boolean;
  /** Whether as much was found as may be, and more is there: it is never read. */
  readonly isFull: boolean;
  /** Whether the log begins where it always began, in each partition, and every batch of it could be read. */
  readonly isUncut: boolean;
  /** The same object until more is found or it is forgotten: what is made of the events can be kept as long. */
  readonly found: object;
}

/** As many searches are under way as may be. */
export class SearchesCrowded extends Error {
  override readonly name = 'SearchesCrowded';
}

/** Decoded in one go, before others have their turn. */
const DECODED_AT_A_TIME = 200;

export class AggregateLog {
  readonly #records: RecordSource;
  readonly #settings: AggregateLogSettings;
  readonly #shares: Shares;
  readonly #kept: KeptEvents;
  #searches = 0;

  constructor(records: RecordSource, settings: AggregateLogSettings, shares: Shares) {
    this.#records = records;
    this.#settings = settings;
    this.#shares = shares;
    this.#kept = new KeptEvents(settings.bytesMax);
  }

  /**
   * What these stretches hold of the aggregate, each from the beginning of the log up to `to`.
   * @throws LogUnavailable, SearchesCrowded
   */
  eventsOf(
    aggregate: AggregateName,
    id: string,
    stretches: readonly Omit<LogStretch, 'from'>[],
    searcher: Searcher,
  ): Promise<AggregateEvents> {
    const whole = stretches.map((stretch) => ({ ...stretch, from: 0 }));
    return this.#eventsIn(`${aggregate}/${id}`, aggregate, id, whole, searcher, this.#settings.searchesMax);
  }

  /**
   * What there is of the aggregate in a part of the log, within the same limits. It is cheap to ask for, and leaves one
   * search to those who ask for all.
   * @throws LogUnavailable, SearchesCrowded
   */
  eventsWithin(
    aggregate: AggregateName,
    id: string,
    stretch: LogStretch,
    searcher: Searcher,
  ): Promise<AggregateEvents> {
    const key = `${aggregate}/${id} ${nameOf(stretch)}/${stretch.from}`;
    const searchesMax = Math.max(1, this.#settings.searchesMax - 1);
    return this.#eventsIn(key, aggregate, id, [stretch], searcher, searchesMax);
  }

  async #eventsIn(
    key: string,
    aggregate: AggregateName,
    id: string,
    stretches: readonly LogStretch[],
    searcher: Searcher,
    searchesMax: number,
  ): Promise<AggregateEvents> {
    const known = this.#kept.get(key);
    const found =
      known !== undefined && (this.#isFull(known) || isRead(stretches, known))
        ? known
        : await this.#counted(searcher.caller, searchesMax, () =>
            this.#search(aggregate, id, stretches, known, searcher.signal),
          );
    if (found !== known) this.#kept.keep(key, found);
    const all = stretches.map((stretch) => ({ ...stretch, ...found.parts.get(nameOf(stretch)) }));
    const isWhole = isRead(stretches, found);
    return {
      events: all.flatMap(({ events = [], to }) => events.filter(({ offset }) => offset < to)),
      isWhole,
      isFull: !isWhole && this.#isFull(found),
      isUncut: all.every(({ begins, isAllRead }) => begins === 0 && isAllRead !== false),
      found,
    };
  }

  async #search(
    aggregate: AggregateName,
    id: string,
    stretches: readonly LogStretch[],
    known: FoundEvents | undefined,
    signal: AbortSignal,
  ): Promise<FoundEvents> {
    const { searchMsMax, bytesMax } = this.#settings;
    const deadline = performance.now() + searchMsMax;
    const parts = new Map<string, FoundPart>(known?.parts);
    let bytes = known?.bytes ?? 0;
    for (const stretch of stretches) {
      const { events = [], next: from = stretch.from, isAllRead = true } = parts.get(nameOf(stretch)) ?? {};
      if (from >= stretch.to || bytes > bytesMax) continue;
      const limits = { deadline, signal, bytesMax: bytesMax - bytes };
      const found = await this.#records.withKey(id, { ...stretch, from }, limits);
      const { records, next, begins } = found;
      parts.set(nameOf(stretch), {
        ...{ events: [...events, ...(await eventsAmong(aggregate, records))], next, begins },
        isAllRead: isAllRead && found.isAllRead,
      });
      for (const record of records) bytes += bytesOf(record);
    }
    return { parts, bytes, since: known?.since ?? performance.now() };
  }

  #isFull({ bytes }: FoundEvents): boolean {
    return bytes > this.#settings.bytesMax;
  }

  async #counted<Found>(caller: string, searchesMax: number, search: () => Promise<Found>): Promise<Found> {
    const left = searchesMax - this.#searches - 1;
    if (left < 0) throw new SearchesCrowded(`${this.#searches} searches are under way.`);
    const release = this.#shares.take(caller, left);
    if (release === null)
      throw new SearchesCrowded('The caller has as many searches under way as leave room for others.');
    this.#searches += 1;
    try {
      return await search();
    } finally {
      this.#searches -= 1;
      release();
    }
  }
}

/** Whether it was read to the end of each. */
function isRead(stretches: readonly LogStretch[], { parts }: FoundEvents): boolean {
  return stretches.every((stretch) => (parts.get(nameOf(stretch))?.next ?? stretch.from) >= stretch.to);
}

async function eventsAmong(aggregate: AggregateName, records: readonly PlacedRecord[]): Promise<Delivery[]> {
  const events: Delivery[] = [];
  for (const [i, { topic, partition, offset, ...record }] of records.entries()) {
    if (i % DECODED_AT_A_TIME === DECODED_AT_A_TIME - 1) await setImmediate();
    const decoded = decode(aggregate, record);
    if (decoded.kind === 'event') events.push({ event: decoded.event, topic, partition, offset });
  }
  return events;
}

function nameOf({ topic, partition }: Pick<LogStretch, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}
