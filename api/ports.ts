/** What the API needs from the outside, named by role. The adapters are in folders named by technology. */
import type { AggregateState, LogPlace, References, SequenceRange } from '../mappings/aggregates/state.js';
import type { PeriodSummary, View, ViewName } from '../mappings/contract.js';
import type { AggregateName, RawRecord } from '../mappings/events/event.js';
import type { RollupName } from '../mappings/rollups/summaries.js';
import type { Change } from '../runtime/changes.js';
import type { PassedPosition } from '../runtime/passed-positions.js';
import type { QuarantinedEventRecord, RegistryRecord } from '../runtime/records.js';
import type { Principal } from './access/principal.js';
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

/** Each header's values, as often as it was sent, by lower-case name. */
export type DistinctHeaders = Readonly<NodeJS.Dict<readonly string[]>>;

/** From the credentials of a request to who asks. */
export interface Authenticator {
  /** How to ask for credentials, for `WWW-Authenticate`. */
  readonly challenges: readonly string[];
  /** @throws Unauthenticated, AmbiguousCredentials, AccessUnavailable */
  authenticate(headers: DistinctHeaders): Promise<Principal>;
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
  /** Documents that their store refuses for good: they are as they were before, or not there. No event waits for them. */
  readonly refused: number | null;
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

/** Points that callers pay their requests with, given out anew for each window. */
export interface Quota {
  readonly points: number;
  readonly windowMs: number;
  /** Takes the points if there are as many. */
  consume(caller: string, points: number): Promise<Allowance>;
  /** Takes the points whether there are as many or not: what was done has to be paid. */
  charge(caller: string, points: number): Promise<void>;
}

export interface Allowance {
  readonly granted: boolean;
  /** Points left until the window ends, in `resetMs`. */
  readonly remaining: number;
  readonly resetMs: number;
}

export type StoreName = View['storage']['store'];

/** Changes of customers and products whose fan-out is still under way: their positions are durable, their effects not. */
export interface FanOutSource {
  pending(generation: number): Promise<PendingFanOut>;
}

export interface PendingFanOut {
  /** Customers and products with such a change. */
  readonly aggregates: number;
  /** When the first of these changes was met, ms since 1970; `null` without any. */
  readonly since: number | null;
}

/** The fan-out jobs as whoever waits for them sees them. */
export interface JobSource {
  /** Those of the named ones that are waiting or under way. */
  jobs(generation: number, named: readonly JobName[]): Promise<readonly PendingJob[]>;
}

/** What a job is for: a view's documents that the orders lead to which refer to one customer or product. */
export interface JobName {
  readonly view: ViewName;
  readonly reference: keyof References;
  readonly referredId: string;
}

export interface PendingJob extends JobName {
  /** Events before these places are in all documents that the job is for: the next offset per `topic/number`. */
  readonly covered: ReadonlyMap<string, number>;
  /** Written in the pass that is under way. */
  readonly documents: number;
  /** When the change was met for which the job was recorded, ms since 1970. */
  readonly since: number;
}

/** Documents that a store refuses for good. */
export interface RefusedSource {
  refused(generation: number): Promise<number>;
}

/** What has been merged, by the aggregates' states. */
export interface ProgressSource {
  /** Of those that have a state, by id. */
  progress(
    generation: number,
    aggregate: AggregateName,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, AggregateProgress>>;
}

export interface AggregateProgress {
  /** Every sequence merged, ascending and disjoint. */
  readonly sequences: readonly SequenceRange[];
  /** The newest events merged, and where each stood in the log. `sequence` is 0 for an event without one. */
  readonly remembered: readonly {
    readonly sequence: number;
    readonly eventId: string;
    readonly place: PartitionPlace;
  }[];
  /** Of the events merged and not remembered, the last place in each partition. */
  readonly forgotten: readonly PartitionPlace[];
  /** Whose an order is, or was when it was deleted; of others none. */
  readonly customers: readonly string[];
}

/** A place in the log; `partition` is `topic/number`, as in the positions. */
export interface PartitionPlace {
  readonly partition: string;
  readonly offset: number;
}

/** Makes a store's searches see what its reads by id see already. */
export interface Refresher {
  /** When it resolves, searches find every write that was acknowledged before the call. */
  refresh(documents: DocumentSet): Promise<void>;
}

/** What the projectors of a generation announce, for as long as it is kept. Rejects with `LogUnavailable` or `LogGone`. */
export interface ChangeLog {
  /** Of each partition, by its number. */
  ranges(generation: number): Promise<readonly OffsetRange[]>;
  /** Some of what lies between the two: at least one record, if there is any. */
  read(generation: number, from: Places, to: Places): Promise<LogPiece>;
  /** Tells what is there from these places on, and what comes, piece by piece, until the signal is aborted. */
  follow(generation: number, from: Places, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<void>;
}

export interface OffsetRange {
  readonly earliest: number;
  /** The offset of the next record to come. */
  readonly end: number;
}

/** The next offset of each partition, by its number. */
export type Places = readonly number[];

export interface LogPiece {
  readonly changes: readonly LoggedChange[];
  /** Where it goes on, by partition; those that it is not about are missing. */
  readonly next: ReadonlyMap<number, number>;
}

export interface LoggedChange extends Change {
  readonly partition: number;
  readonly offset: number;
}

/** What a generation's documents are rendered from, as the projector keeps it. Rejects with `StoreUnavailable`. */
export interface BasisSource {
  states(generation: number, name: AggregateName, ids: readonly string[]): Promise<ReadonlyMap<string, AggregateState>>;
  /** Of each owner, latest period first. */
  periods(
    generation: number,
    rollup: RollupName,
    owners: readonly string[],
  ): Promise<ReadonlyMap<string, readonly PeriodSummary[]>>;
}

/** The topics of the events. Rejects with `LogUnavailable`. */
export interface RecordSource {
  /** The record at each place, `null` where there is none any more, or where all together would be too large. */
  at(places: readonly LogPlace[], searcher: Searcher): Promise<readonly (RawRecord | null)[]>;
  /** The records with the key in a stretch of the log, which is read until its end or a limit. */
  withKey(key: string, stretch: LogStretch, limits: SearchLimits): Promise<KeyedRecords>;
}

/** Who has events searched. */
export interface Searcher {
  readonly caller: string;
  /** Aborted when nobody waits for them any more. */
  readonly signal: AbortSignal;
}

/** Of one partition: offsets from `from` on, and before `to`. */
export interface LogStretch {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface SearchLimits {
  /** When the search ends, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** What is found may hold (see `bytesOf`). */
  readonly bytesMax: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface KeyedRecords {
  /** In the order of the log. */
  readonly records: readonly PlacedRecord[];
  /** Where it goes on: the end of the stretch, unless a limit came before. */
  readonly next: number;
  /** The partition's first offset: what was before is no longer in Kafka. */
  readonly begins: number;
  /** Whether no batch was passed that could not be read: nobody knows whose records it has. */
  readonly isAllRead: boolean;
}

export interface PlacedRecord extends RawRecord, LogPlace {}

/** Where events have left a trace, by their ids. Rejects with `StoreUnavailable`. */
export interface TraceSource {
  /** The aggregates whose states remember an event of the id. */
  remembering(generation: number, eventId: string): Promise<readonly TracedState[]>;
  /** The records with the id that broke the contract, those not counted that were projected later. */
  quarantined(eventId: string): Promise<readonly QuarantinedEventRecord[]>;
  /** When which positions were passed, by `topic/partition`. */
  passed(generation: number): Promise<ReadonlyMap<string, readonly PassedPosition[]>>;
  /** Orders that refer to the aggregate now: so many, and of that customer only, unless it is `null`. */
  referring(
    generation: number,
    reference: keyof References,
    id: string,
    customerId: string | null,
    limit: number,
  ): Promise<readonly ReferringOrder[]>;
}

export interface TracedState {
  readonly aggregate: AggregateName;
  readonly id: string;
  readonly state: AggregateState;
}

export interface ReferringOrder {
  readonly orderId: string;
  readonly customers: readonly string[];
}

/** A log of Kafka cannot be read now, or there is none. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}

/** The log begins later, or ends earlier: what was there is forgotten. */
export class LogGone extends Error {
  override readonly name = 'LogGone';
}

/** A store does not answer, or not in time. Trying again may help. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
  constructor(
    readonly store: StoreName,
    options?: { cause: unknown },
  ) {
    super(`${store === 'mongodb' ? 'MongoDB' : 'Elasticsearch'} does not answer.`, options);
  }
}

/** A store did not answer one question in time, or not with what it has: whether it is away, that alone does not tell. */
export class QuestionTooLong extends StoreUnavailable {
  override readonly name = 'QuestionTooLong';
}

/** A store was not asked: it has as much to do as it may, or did not answer others a moment ago. */
export class StoreRefused extends StoreUnavailable {
  override readonly name = 'StoreRefused';
  constructor(
    store: StoreName,
    readonly reason: 'overloaded' | 'circuit open',
  ) {
    super(store);
  }
}

/** A store has more to say than is read. It answers others as well as ever, and the same as little the next time. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  constructor(bytesMax: number, options?: ErrorOptions) {
    super(`The answer of the store has more than ${bytesMax} bytes.`, options);
  }
}

/** Nobody waits for the answer any more. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
  constructor(options?: ErrorOptions) {
    super('The caller went away before the answer was there.', options);
  }
}

/** The projector has not yet made what is to be read. Trying again helps once it runs. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}
