/** What has been merged, and what is still under way. */

import type { References, SequenceRange } from '../../mappings/aggregates/state.js';
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';

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

/** The highest visible sequence by the aggregate's name in the header; `null`: none. */
export type Reached = Readonly<Record<string, number | null>>;
