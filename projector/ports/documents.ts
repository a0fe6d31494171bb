/** Documents as their stores keep them. */
import type { StoredDocument, ViewName } from '../../mappings/contract.js';
import type { Room } from './errors.js';
import type { Ticket } from './tickets.js';

/** One place that a view's documents are written to. */
export interface Target {
  readonly view: ViewName;
  readonly revision: number;
}

export interface TargetList {
  /** The places to write now, those to be switched to first. Asked after every batch's reads. */
  current(): Promise<readonly Target[]>;
}

/** `stored: null` is a tombstone. */
export interface OutgoingDocument {
  readonly id: string;
  readonly stored: StoredDocument | null;
}

export interface Published {
  readonly written: number;
  /** Refused because a higher ticket was there: as good as written. */
  readonly superseded: number;
  /** Refused for good; recorded durably before this resolves. */
  readonly refused: number;
}

export interface DocumentStore {
  /**
   * Guarded by ticket. Every document is written, superseded or recorded as refused when it resolves. The documents are
   * gone through once, as there is room for them: each is rendered when it is asked for. A store that takes some of them
   * may be waited for: the signal ends that, with its reason.
   */
  publish(
    target: Target,
    ticket: Ticket,
    documents: Iterable<OutgoingDocument>,
    signal?: AbortSignal,
  ): Promise<Published>;
}

/** A document as it is stored: `stored: null` is a tombstone. */
export interface ScannedDocument {
  readonly id: string;
  /** The ticket that guards it: its external version in Elasticsearch. */
  readonly ticket: number;
  /** Without id, ticket and hidden mark. */
  readonly stored: StoredDocument | null;
}

/** The documents of one place as they are stored, of one generation: for what compares. */
export interface DocumentScan {
  /** Everything that was written before the first page was asked for, tombstones included, in an order of the store's. */
  pages(target: Target, pageDocumentsMax: number): AsyncIterable<readonly ScannedDocument[]>;
  /** The ids of the same. */
  ids(target: Target, pageIdsMax: number): AsyncIterable<readonly string[]>;
  /** Those of the ids that there are, as they are now, searchable or not. */
  /** @throws NoRoom when they are too large to be read together. */
  read(target: Target, ids: readonly string[], room?: Room): Promise<ReadonlyMap<string, ScannedDocument>>;
  /** Their tickets alone: a document may have megabytes. */
  tickets(target: Target, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
