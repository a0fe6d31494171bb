/** Records that are no event, and what is removed of those who are erased. */

import type { Erasure } from '../../mappings/aggregates/erasure.js';
import type { SourceRecord } from './events.js';

export interface QuarantinedRecord {
  readonly record: SourceRecord;
  readonly reason: string;
  readonly detail: string;
}

export interface Quarantine {
  /** Durable when it resolves. The same record quarantined twice is kept once. */
  add(records: readonly QuarantinedRecord[]): Promise<void>;
}

/** A quarantined record as it is kept. */
export interface QuarantineEntry {
  /** `topic/partition/offset`; of what stands for a batch that was not read, `/batch` behind it. */
  readonly id: string;
  readonly record: SourceRecord | null;
  /** Why there is no record: its customer was erased, or it was too large to be kept and is in Kafka only. */
  readonly lost: 'erased' | 'too-large' | null;
  /** Codes of mappings/events/reasons.ts. */
  readonly reason: string;
  readonly detail: string;
  readonly quarantinedAt: Date;
  /** What became of it since; `null`: it waits. */
  readonly handled: Handled | null;
}

/** Without its content, which may be personal. */
export interface ListedEntry extends Omit<QuarantineEntry, 'record' | 'lost'> {
  /** Cut off when it is longer than an id may be. */
  readonly key: string | null;
  /** Whether its content is still there. */
  readonly isKept: boolean;
}

/** A page ends with the entry that exceeds a limit. */
export interface QuarantinePage {
  readonly entriesMax: number;
  /** Of their contents. */
  readonly bytesMax: number;
}

export interface Handled {
  readonly as: 're-driven' | 'discarded';
  readonly at: Date;
  /** Why it was discarded. */
  readonly because: string | null;
}

/** All of what is given must hold. */
export interface QuarantineChoice {
  readonly id?: string;
  /** The record's key. */
  readonly key?: string;
  /** The reason's code. */
  readonly cause?: string;
  /** Those that were handled, too. */
  readonly handled?: boolean;
}

/** The quarantine, as operators work at it. */
export interface QuarantineDesk {
  /** The first so many in the order of their ids; contents are not read. */
  list(choice: QuarantineChoice, limit: number): Promise<readonly ListedEntry[]>;
  /** In the order of their ids, a page at a time. */
  pages(choice: QuarantineChoice, limit: QuarantinePage): AsyncIterable<readonly QuarantineEntry[]>;
  /** Those that wait among the ids have been handled. Returns how many. */
  handle(ids: readonly string[], handled: Handled): Promise<number>;
  /** They still cannot be projected, for these reasons. */
  blame(entries: readonly Pick<QuarantineEntry, 'id' | 'reason' | 'detail'>[]): Promise<void>;
}

export interface Erasures {
  /**
   * Removes what is kept of these customers beside states and documents, whose rendering removes it there: the content
   * of quarantined records, those to come included. Records what was removed, without the data. To be called for every
   * delivery of an erasing event, after its merge and before its position is committed; doing it again does no harm.
   */
  carryOut(erasures: readonly Erasure[]): Promise<void>;
}
