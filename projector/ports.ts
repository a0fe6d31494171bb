/**
 * What the pipeline needs from the outside. Each port has an adapter for the real server and one in memory; both pass
 * the same contract suite. Store errors that pass by themselves are thrown as `Unavailable`, and the step is repeated.
 */

import type { Erasure } from '../mappings/aggregates/erasure.js';
import type { AggregateState, References, SequenceRange } from '../mappings/aggregates/state.js';
import type { Contribution, Key, PeriodRange, PeriodSummary, StoredDocument, ViewName } from '../mappings/contract.js';
import type { AggregateName, RawRecord } from '../mappings/events/event.js';
import type { Group } from '../mappings/rollups/group.js';
import type { RollupName, SummaryOf } from '../mappings/rollups/summaries.js';
import type { Change } from '../runtime/changes.js';

declare const brand: unique symbol;
/** The number that orders all writes of documents and rollups of one generation. Only ever made by `TicketCounter`. */
export type Ticket = number & { readonly [brand]: 'Ticket' };

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

export interface StateRecord {
  /** Rises by one with every write; 0 stands for a record that does not exist. */
  readonly version: number;
  readonly state: AggregateState;
  /** What the state contributes to rollups, when it is known: to tell whether a change makes a difference to them. */
  readonly contributions?: Contributions;
  /** Absent: no sequence is missing. */
  readonly gap?: Gap;
  /** Characters of its stored form. */
  readonly length: number;
}

/** A sequence of an aggregate is missing although a higher one is merged: the event is on its way, or lost. */
export interface Gap {
  /** The first that is missing. */
  readonly awaited: number;
  /** When the record was appended to Kafka that showed it, or an earlier gap since which it may be there, in ms since 1970. */
  readonly since: number;
}

/** The gaps in the sequences of a generation's aggregates, by the marks in their states. */
export interface GapScan {
  /** Of those that were seen at the time, in ms since 1970, or before. */
  count(aggregate: AggregateName, seenUntil: number): Promise<number>;
  /** Those seen first come first. */
  list(aggregate: AggregateName, limit: number): Promise<readonly FoundGap[]>;
}

export interface FoundGap {
  readonly id: string;
  readonly since: number;
  /** Inclusive, ascending. */
  readonly missing: readonly SequenceRange[];
}

/** What is written for an aggregate: its state, and what is looked up by. */
export interface StateWrite {
  readonly id: string;
  /** The version that this write was computed from. */
  readonly expected: number;
  readonly state: AggregateState;
  /** The same, encoded (runtime/state-codec.ts). */
  readonly text: string;
  readonly references: References;
  readonly contributions: Contributions;
  readonly gap?: Gap;
}

/** An order's part in the groups of each rollup: what is looked up, and what is summed. */
export type Contributions = { readonly [Name in RollupName]?: StoredContributions };

export interface StoredContributions {
  /** By their texts. */
  readonly groups: readonly string[];
  /** JSON of the contributions: text is several times cheaper to write, compare and read than a tree of BSON. */
  readonly json: string;
}

export interface AggregateStore {
  /** The records that exist, from the primary. */
  /** @throws NoRoom before much more is held than there is room for; absent: there is room for all of it. */
  read(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<Map<string, StateRecord>>;
  /** The versions of the records that exist: what a cache is checked against. */
  versions(aggregate: AggregateName, ids: readonly string[]): Promise<Map<string, number>>;
  /** Compare-and-set of each record on its version. Returns the ids that another writer was ahead of. */
  write(aggregate: AggregateName, writes: readonly StateWrite[]): Promise<ReadonlySet<string>>;
  /** Orders that refer to any of the ids now: all of them, or `limit`, whichever are found first. */
  referring(reference: keyof References, ids: readonly string[], limit: number): Promise<readonly Referring[]>;
  /** The next orders that refer to the id, in the order of their own ids; after `null` come the first. */
  referringAfter(
    reference: keyof References,
    id: string,
    after: string | null,
    limit: number,
  ): Promise<readonly Referring[]>;
}

/** The whole record of an aggregate's state, as it is stored. */
export interface StateCopy {
  readonly version: number;
  /** `null`: it cannot be read. */
  readonly state: AggregateState | null;
  readonly references: References;
  readonly contributions: Contributions;
  readonly gap?: Gap;
}

/** A group's sum, as it is stored. */
export interface RollupCopy {
  readonly ticket: number;
  /** JSON. */
  readonly summary: string;
}

/** What lies in the stores beneath the documents: for what checks it. */
export interface BasisScan {
  /** Of the ids that there are. @throws NoRoom */
  states(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<ReadonlyMap<string, StateCopy>>;
  /** Of the groups that there are, by their texts. */
  rollups(rollup: RollupName, groups: readonly Group[]): Promise<ReadonlyMap<string, RollupCopy>>;
  /** All groups that there are. */
  groups(rollup: RollupName): AsyncIterable<readonly Group[]>;
}

export type RollupContribution = readonly [rollup: RollupName, contribution: Contribution];

/** The ids that documents go by: of an aggregate's states, or of the owners in a rollup, empty groups included. */
export interface KeyScan {
  /** Of states estimated; owners are counted one by one. */
  count(key: Key): Promise<number>;
  /** The next ids in an order of the store's; after `null` come the first. Empty at the end only. */
  ids(key: Key, after: string | null, limit: number): Promise<readonly string[]>;
  /** Those of the ids that there are. */
  known(key: Key, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Every state there is, a page at a time: for what goes through all documents. */
export interface StateScan extends KeyScan {
  /** Every contribution of every order, to all rollups, in pages of so many orders. */
  contributions(pageOrdersMax: number): AsyncIterable<readonly RollupContribution[]>;
  /** The rollups of which some orders' states do not know what they contribute: they are of before there was the rollup. */
  unknownRollups(): Promise<readonly RollupName[]>;
}

export interface Referring {
  readonly orderId: string;
  /** Those of the ids that were asked for: an order may refer to 1,000 products. */
  readonly referred: readonly string[];
  readonly customer: References['customer'];
}

export interface RollupStore {
  /** Shows every member of the groups, one by one, with its group's text. */
  members(
    rollup: RollupName,
    groups: readonly Group[],
    visit: (group: string, contribution: Contribution) => void,
  ): Promise<void>;
  /** The groups of the owners that exist, from `firstPeriod` on when given, latest period first. @throws NoRoom */
  read<Name extends RollupName>(
    rollup: Name,
    owners: readonly string[],
    firstPeriod: string | null,
    room?: Room,
  ): Promise<Map<string, PeriodSummary<Name>[]>>;
  /** The next owners that have a group in any of the periods, in an order of the store's; after `null` come the first. */
  owners(rollup: RollupName, periods: readonly PeriodRange[], after: string | null): Promise<OwnerPage>;
  /** Guarded by ticket. Done or superseded when it resolves. */
  write<Name extends RollupName>(
    rollup: Name,
    ticket: Ticket,
    summaries: readonly { readonly group: Group; readonly summary: SummaryOf[Name] }[],
  ): Promise<void>;
}

export interface OwnerPage {
  readonly owners: readonly string[];
  /** Where the next page begins; `null`: this is the last one. */
  readonly next: string | null;
}

export interface TicketCounter {
  /** One durable increment. */
  next(): Promise<Ticket>;
}

/** The level of the counter, for repairs: what somebody else has stored may lie above it. */
export interface TicketLevel {
  /** The last ticket that was given; 0 before the first. */
  last(): Promise<number>;
  /** All further tickets are higher than this. Never lowers. */
  raise(above: number): Promise<void>;
}

export interface PositionStore {
  read(): Promise<readonly Position[]>;
  /** Never moves a position backwards. */
  write(positions: readonly Position[]): Promise<void>;
}

/**
 * `project`: events are folded and what they touch is published. `fill`: events are folded only; every document is
 * rendered once later. `halt`: nothing is folded.
 */
export type GenerationMode = 'project' | 'fill' | 'halt';

export interface Admission {
  readonly mode: GenerationMode;
  /** Records at these offsets and after, by `topic/partition`, are not folded yet. Absent: all may be. */
  readonly upTo?: ReadonlyMap<string, number>;
}

export interface GenerationControl {
  /** As it is now, from the primary. A generation never goes from `project` back to `fill`. */
  admission(): Promise<Admission>;
}

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

/** A document that a store has refused for good; readers see the version before it, or none. Of its last refusal. */
export interface Refusal {
  readonly target: Target;
  readonly id: string;
  readonly ticket: number;
  /** Quotes nothing of the document's content, which may be personal data. */
  readonly reason: string;
  readonly refusedAt: Date;
}

export interface RefusalDesk {
  /** The next in an order of the store's; after `null` come the first. Empty at the end. */
  page(after: Refusal | null, limit: number): Promise<readonly Refusal[]>;
  /** Those of the documents that there are, as they are now. */
  find(documents: readonly Pick<Refusal, 'target' | 'id'>[]): Promise<readonly Refusal[]>;
  count(): Promise<number>;
  /** Removes them, but those of documents that were refused anew since. */
  settle(refusals: readonly Refusal[]): Promise<void>;
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

/** Tells subscribers which documents to look at. */
export interface ChangeFeed {
  /** Durable when it resolves. To be called when the documents are written, and before the position of what led to it. */
  announce(changes: readonly Change[]): Promise<void>;
}

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

/** Of which aggregates the quarantine has events, not re-driven since, for which their states had no room. */
export interface FullStates {
  among(aggregate: AggregateName, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The one process that may go through all documents, and when it is time to. */
export interface CheckTurn {
  /** True for one process at a time, for so long, when the last check lies so far back; the first time is then, too. */
  take(owner: string, now: number, leaseMs: number, intervalMs: number): Promise<boolean>;
  /** False when another process has taken over. */
  keep(owner: string, now: number, leaseMs: number): Promise<boolean>;
  finish(owner: string, now: number): Promise<void>;
}

/** What a fan-out job is for: a view's documents that the orders lead to which refer to one aggregate. */
export interface JobKey {
  readonly view: ViewName;
  readonly reference: keyof References;
  readonly referredId: string;
}

export interface Job extends JobKey {
  /** Unique for ever, also among jobs of the same key: what is done to a job names it. */
  readonly generation: number;
  /** The order up to which, in the order of ids, the documents of this pass are durable. */
  readonly cursor: string | null;
  /** Documents written in this pass. */
  readonly documents: number;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** The aggregate has changed since the pass began: another one follows it. */
  readonly again: boolean;
  /**
   * Events before these positions are in all documents that the job is for: those that were durable when its last
   * complete pass began, or before it was recorded, when no job had anything left to do for them.
   */
  readonly covered: readonly Position[];
}

export interface JobStore {
  /** Durable when it resolves: a job for each key, or one more pass of the job that is there. */
  request(keys: readonly JobKey[], now: number): Promise<void>;
  /**
   * The job that nobody works at and whose pass was asked for first, leased for so long; `null` when there is none. One
   * that is asked for again and again lets the others pass.
   */
  take(now: number, leaseMs: number): Promise<Job | null>;
  /** Moves the cursor and prolongs the lease, unless the job is of another generation by now: then false. */
  advance(job: Job, cursor: string, documents: number, leasedUntil: number): Promise<boolean>;
  /** The pass is complete: removes the job, or begins another pass, under a new generation, when one was asked for. */
  finish(job: Job): Promise<void>;
  /** Oldest first. */
  list(): Promise<readonly Job[]>;
}

/** The day that all documents were brought to, and the one process that may bring them to the next. */
export interface DayMark {
  /** The last business day that every document was rendered for; the first call ever marks `today`. */
  read(today: string): Promise<string>;
  /** True for one process at a time, for so long; asking again prolongs it. */
  lease(owner: string, now: number, leaseMs: number): Promise<boolean>;
  /** How far the sweep to that day has come, whoever was at it; `null`: it has not begun. */
  reached(today: string): Promise<SweepPlace | null>;
  reach(today: string, place: SweepPlace): Promise<void>;
  /** Never goes back. */
  advance(today: string): Promise<void>;
}

/** The owners of the rollup up to this one are done, and those of the rollups before it. */
export interface SweepPlace {
  readonly rollup: RollupName;
  readonly owner: string;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Erasures {
  /**
   * Removes what is kept of these customers beside states and documents, whose rendering removes it there: the content
   * of quarantined records, those to come included. Records what was removed, without the data. To be called for every
   * delivery of an erasing event, after its merge and before its position is committed; doing it again does no harm.
   */
  carryOut(erasures: readonly Erasure[]): Promise<void>;
}

/** A store that does not answer now and will: the step is repeated. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** What is read is counted in it, as it comes. */
export interface Room {
  /** @throws NoRoom */
  take(characters: number): void;
}

/** More was asked for than there is room for: the step is done in smaller parts. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}
