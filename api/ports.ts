/** What the API needs from the outside, named by role. The adapters are in folders named by technology. */
import type { View } from '../mappings/contract.js';
import type { RegistryRecord } from '../runtime/records.js';
import type { DocumentQuery, Found } from './query/document-query.js';

/** The documents of one view, of the generation and revision that are served. */
export interface DocumentSet {
  readonly view: View;
  readonly generation: number;
  readonly revision: number;
}

/**
 * Reads the documents of a store as the API shows them; tombstones are not there.
 * Every method rejects with `StoreUnavailable` when the store does not answer, and with `NotReady` when it has no such
 * index or collection (yet). A reader never creates one.
 */
export interface DocumentReader {
  search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found>;
  /** `null` when there is no such document. Sees every acknowledged write at once. */
  get(documents: DocumentSet, id: string, options?: ReadOptions): Promise<unknown>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}

export interface ReadOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Which generation is served. */
export interface GenerationSource {
  /** At most a second old. @throws NotReady while none is live, StoreUnavailable when none is known. */
  live(): Promise<Served>;
}

export interface Served {
  readonly registry: RegistryRecord;
  readonly live: RegistryRecord['generations'][number];
}

/** How far the documents are behind the events; `null` while that cannot be told. */
export interface Freshness {
  /** Events whose effects are not yet in every document. */
  readonly lagEvents: number | null;
  /** Age of the oldest such event, 0 without any. */
  readonly lagMs: number | null;
  /** RFC 3339 in UTC. */
  readonly asOf: string;
}

export interface FreshnessSource {
  /** Never rejects, and is bounded in time: an answer is worth more than its freshness. */
  of(generation: number): Promise<Freshness>;
}

/** Where the topics end, and when their records were appended. */
export interface LogEnds {
  /** Every partition of every topic. */
  ends(): Promise<readonly PartitionEnds[]>;
  /** The first offset at or after a time (ms), per partition; the end where there is none. */
  offsetsAt(timeMs: number): Promise<ReadonlyMap<string, number>>;
}

/** Offsets; `partition` is `topic/number`, as in the positions. */
export interface PartitionEnds {
  readonly partition: string;
  readonly earliest: number;
  readonly end: number;
}

/** The durable positions of a generation. */
export interface PositionSource {
  /** The next offset per `topic/number`; a partition without a position is missing. */
  positions(generation: number): Promise<ReadonlyMap<string, number>>;
}

/** A store does not answer, or not in time. Trying again may help. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(
    readonly store: 'elasticsearch' | 'mongodb',
    options: { cause: unknown },
  ) {
    super(`${store === 'mongodb' ? 'MongoDB' : 'Elasticsearch'} does not answer.`, options);
  }
}

/** The projector has not yet made what is to be read. Trying again helps once it runs. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}
