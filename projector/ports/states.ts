/** The states of aggregates: read, written, looked through. */

import type { AggregateState, References, SequenceRange } from '../../mappings/aggregates/state.js';
import type { Contribution, Key } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Group } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { StoredContributions } from '../../runtime/storage/contributions.js';
import type { Room } from './errors.js';

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
  /** The same, encoded (runtime/storage/state-codec.ts). */
  readonly text: string;
  readonly references: References;
  readonly contributions: Contributions;
  readonly gap?: Gap;
}

/** An order's part in the groups of each rollup: what is looked up, and what is summed. */
export type Contributions = { readonly [Name in RollupName]?: StoredContributions };

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

/** Of which aggregates the quarantine has events, not re-driven since, for which their states had no room. */
export interface FullStates {
  among(aggregate: AggregateName, ids: readonly string[]): Promise<ReadonlySet<string>>;
}
