/** How far the documents are behind the events. */

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

/** Documents that a store refuses for good. */
export interface RefusedSource {
  refused(generation: number): Promise<number>;
}
