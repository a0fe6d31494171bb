/** What outlives every process: the log, the stores in memory, the clock; and what must never be seen in them. */
import { dayOf } from '../../mappings/calendar.js';
import type { StoredDocument, ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Target } from '../../projector/ports/documents.js';
import type { LogRange, SourceRecord } from '../../projector/ports/events.js';
import { groupBy } from '../../runtime/collections.js';
import type { Change } from '../../runtime/storage/changes.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';
import { MemoryRegistry } from '../memory/generations.js';
import { MemoryJobStore } from '../memory/jobs.js';
import { MemoryRebuildStore, MemoryStateScan } from '../memory/rebuilds.js';
import {
  MemoryAggregateStore,
  MemoryChangeFeed,
  MemoryDayMark,
  MemoryDocumentStore,
  MemoryPositionStore,
  MemoryQuarantine,
  MemoryRollupStore,
  MemoryTicketCounter,
} from '../memory/stores.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { START } from './history.js';

export const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' } as const;

export const TARGETS: readonly Target[] = Object.values(views).map(({ name }) => ({ view: name, revision: 1 }));

export const GENERATION = 1;

export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** A record in the log. `published: null` breaks the contract. */
export interface LogEntry {
  readonly record: SourceRecord;
  readonly published: PublishedEvent | null;
}

export class World {
  readonly aggregates = new MemoryAggregateStore();
  readonly rollups = new MemoryRollupStore(this.aggregates);
  readonly documents = new MemoryDocumentStore();
  readonly changes = new MemoryChangeFeed();
  readonly tickets = new MemoryTicketCounter();
  readonly positions = new MemoryPositionStore();
  readonly quarantine = new MemoryQuarantine();
  readonly day = new MemoryDayMark();
  readonly jobs = new MemoryJobStore(this.tickets, this.positions);
  readonly registry = new MemoryRegistry();
  readonly rebuilds = new MemoryRebuildStore();
  readonly scan = new MemoryStateScan(this.aggregates, this.rollups);
  /** The erasing events whose customers were removed from what is kept beside states and documents. */
  readonly erased = new Set<string>();
  readonly clock = { time: START, now: () => this.clock.time };
  readonly partitions: readonly Partition[];
  /** The first thing that must not be, as a sentence. */
  violation: string | null = null;
  private readonly log = new Map<string, LogEntry[]>();
  private readonly reader = new Map<string, StoredDocument | null | undefined>();
  /** The last ticket that was given when the subscriber began: of what came before it reads the result. */
  private followedAfter = 0;

  constructor(
    private readonly partitionsPerTopic: number,
    rebuilt: boolean,
  ) {
    this.registry.record = registryOf(rebuilt);
    if (rebuilt) this.followedAfter = Number.POSITIVE_INFINITY;
    this.rebuilds.begin({
      ...{ generation: GENERATION, startedAt: new Date(START), origin: 'the beginning', documents: 0 },
      ...{ from: {}, ends: {} },
    });
    this.partitions = ['customers', 'products', 'orders'].flatMap((topic) =>
      Array.from({ length: partitionsPerTopic }, (_, partition) => ({ topic, partition })),
    );
    for (const partition of this.partitions) this.log.set(nameOf(partition), []);
  }

  /** Appends to the partition of the subject; `null` is a record that breaks the contract. */
  produce(published: PublishedEvent | null): void {
    const topic = published?.topic ?? 'orders';
    const subject = published?.event.subject ?? 'o-1';
    const partition = Number(subject.at(-1)) % this.partitionsPerTopic;
    const entries = this.entries({ topic, partition });
    const value = published === null ? '{' : JSON.stringify(published.event);
    const record: SourceRecord = {
      ...{ aggregate: topic, topic, partition, offset: entries.length, timestamp: 0 },
      ...{ key: Buffer.from(subject), value: Buffer.from(value), headers: {} },
    };
    entries.push({ record, published });
  }

  entries(partition: Partition): LogEntry[] {
    const entries = this.log.get(nameOf(partition));
    if (entries === undefined) throw new Error(`There is no partition ${nameOf(partition)}.`);
    return entries;
  }

  /** A subscriber reads what is announced, at once. */
  read({ view, id }: Pick<Change, 'view' | 'id'>): void {
    this.reader.set(`${view}/${id}`, this.documents.stored({ view, revision: 1 }, id)?.stored);
  }

  /** A subscriber begins by reading all there is: while a generation is built nobody follows it. */
  beFollowed(): void {
    this.followedAfter = this.tickets.last;
    for (const target of TARGETS) for (const id of this.documents.ids(target)) this.read({ view: target.view, id });
  }

  /** Whether the subscriber has to hear of what was merged when this ticket was the last. */
  isFollowed(mergedAt: number): boolean {
    return mergedAt >= this.followedAfter;
  }

  /** What the subscriber read of the document last. */
  seen(view: ViewName, id: string): StoredDocument | null | undefined {
    return this.reader.get(`${view}/${id}`);
  }

  /** What the partitions hold, by topic. */
  logRanges(): ReadonlyMap<string, readonly LogRange[]> {
    return groupBy(
      this.partitions.map(({ topic, partition }) => ({
        ...{ topic, partition },
        ...{ low: 0, high: this.entries({ topic, partition }).length },
      })),
      ({ topic }) => topic,
    );
  }

  /** The end of every partition. */
  logEnds(): ReadonlyMap<string, number> {
    return new Map(this.partitions.map((partition) => [nameOf(partition), this.entries(partition).length]));
  }

  /** Events before the ends of now that are not durable. */
  eventsLeft(): number {
    return this.partitions.reduce((sum, one) => sum + this.entries(one).length - this.positions.next(one), 0);
  }

  get isRebuilt(): boolean {
    return this.registry.record?.generations[0]?.phase === undefined;
  }

  /** All that is in the log. */
  *everything(): Generator<LogEntry> {
    for (const partition of this.partitions) yield* this.entries(partition);
  }

  /** Whether no job is left and the documents are of the present day. */
  isAtRest(): boolean {
    return this.unrest() === null;
  }

  /** What is left to do, as a sentence. */
  unrest(): string | null {
    if (!this.isRebuilt) return 'The documents are never all rendered.';
    if (this.jobs.size > 0) return `${this.jobs.size} jobs are never finished.`;
    const today = dayOf(this.clock.time, SETTINGS.businessTimeZone);
    return this.day.day === today ? null : `The documents stay at ${this.day.day}; today is ${today}.`;
  }

  violate(sentence: string): void {
    this.violation ??= sentence;
  }
}

function registryOf(rebuilt: boolean): RegistryRecord {
  const revisions = { orders: 1, products: 1, customers: 1 };
  const record = { number: GENERATION, createdAt: new Date(START), revisions, ...SETTINGS };
  const generation: GenerationRecord = rebuilt ? { ...record, phase: 'filling' } : record;
  return { _id: 'registry', version: 1, live: GENERATION, generations: [generation] };
}

export function nameOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}
