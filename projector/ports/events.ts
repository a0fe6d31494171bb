/** Where events come from, and how far they are durable. */
import type { AggregateName, RawRecord } from '../../mappings/events/event.js';

/** One record of Kafka, as it came. Offsets stay below 2^53. */
export interface SourceRecord extends RawRecord {
  readonly aggregate: AggregateName;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Append time in ms since 1970. */
  readonly timestamp: number;
}

/** `next`: everything before this offset is durable in every document. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

export interface EventSource {
  /** Joins the group; resolves when the source has ended by `stop()`, rejects when it cannot go on. */
  run(): Promise<void>;
  /** Up to `limit` records in the order of their partitions; waits for the first up to `waitMs`, then gives none. */
  poll(limit: number, waitMs: number): Promise<readonly SourceRecord[]>;
  /**
   * Where partitions end in ranges that hold nothing to deliver: control records, and what was aborted or compacted
   * away. Told once, when every record before has been polled.
   */
  takePassed(): readonly Position[];
  /** Tells the group how far it is: positions of partitions that are not assigned now are left out. */
  commit(positions: readonly Position[]): Promise<void>;
  stop(): Promise<void>;
}

/** Records from offset `from` on, and before `to`. */
export interface LogSpan {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** The topics as they lie there, read beside all projecting: for what recomputes from the events. */
export interface EventLog {
  /** What every partition of the aggregate's topic holds now. */
  spans(aggregate: AggregateName): Promise<readonly LogSpan[]>;
  /** The same from the first record on that was appended at the time, in ms since 1970, or later. */
  spansSince(aggregate: AggregateName, time: number): Promise<readonly LogSpan[]>;
  /** Shows the records of the spans piece by piece, those of one partition in their order. */
  read(
    aggregate: AggregateName,
    spans: readonly LogSpan[],
    visit: (records: readonly SourceRecord[]) => Promise<void>,
  ): Promise<void>;
}

export interface PositionStore {
  read(): Promise<readonly Position[]>;
  /** Never moves a position backwards. */
  write(positions: readonly Position[]): Promise<void>;
}

/** What a partition holds: offsets from `low` on, and before `high`. */
export interface LogRange {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}
