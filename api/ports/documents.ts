import type { View } from '../../mappings/contract.js';
import type { DocumentQuery, Found } from './document-query.js';
import type { Served } from './generations.js';

/** The documents of one view, of the generation and revision that are served. */
export interface DocumentSet {
  readonly view: View;
  readonly generation: number;
  readonly revision: number;
}

/**
 * Reads the documents of a store as the API shows them; tombstones are not there.
 * Every method rejects with `StoreUnavailable` when the store does not answer, and with `NotReady` when it has no such
 * index or collection (yet). A reader never creates one. What is more than `bytesMax` is not read to its end, and rejects
 * with `AnswerTooLarge`.
 */
export interface DocumentReader {
  search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found>;
  /** `null` when there is no such document. Sees every acknowledged write at once. */
  get(documents: DocumentSet, id: string, options?: GetOptions): Promise<unknown>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}

/** Tells how large a page of documents is before it is read. Rejects as a `DocumentReader` does. */
export interface SizeReader {
  /** Bytes of the largest document; 0 while there is no large one. */
  largest(documents: DocumentSet, options?: Partial<ReadOptions>): Promise<number>;
  /** Bytes of the large documents in the page that `search` would find. */
  bytesOf(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<number>;
}

/** Reads several documents of a store at a time, each with its version. Rejects as a `DocumentReader` does. */
export interface VersionReader {
  /** Those of the ids that were ever written, tombstones included. Sees every acknowledged write at once. */
  getMany(
    documents: DocumentSet,
    ids: readonly string[],
    options?: Partial<ReadOptions>,
  ): Promise<ReadonlyMap<string, VersionedDocument>>;
}

export interface VersionedDocument {
  /** Rises with every write of the document, whatever the content. */
  readonly version: number;
  /** `null`: it is no longer there. */
  readonly document: unknown;
}

export interface ReadOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** For whom it is read, as `callerOf` tells callers apart; without, for the process itself. */
  readonly caller?: string;
  /** Told of what is done for the answer. */
  readonly work?: WorkTally;
  /** What the store may send. */
  readonly bytesMax?: number;
}

/** For somebody else. */
export type CallerOptions = ReadOptions & Required<Pick<ReadOptions, 'caller' | 'work'>>;

export interface GetOptions extends ReadOptions {
  /** As in a `DocumentQuery`. */
  readonly without?: readonly string[];
}

/** What is done for one request. */
export interface WorkTally {
  /** A store begins to work on a question; the returned function ends that, and says whose work it was in the end. */
  begin(): (isOwed: boolean) => void;
  /** Steps of highlighting. */
  steps: number;
}

export type StoreName = View['storage']['store'];

/** Makes a store's searches see what its reads by id see already. */
export interface Refresher {
  /** When it resolves, searches find every write that was acknowledged before the call. */
  refresh(documents: DocumentSet): Promise<void>;
}

export function documentsOf(view: View, { live }: Served): DocumentSet {
  return { view, generation: live.number, revision: live.revisions[view.name] };
}
