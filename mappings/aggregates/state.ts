/**
 * The state of one aggregate: registers that keep the value that comes last in the event order, and the marks of what
 * was merged. It only grows: merging is commutative, associative and idempotent (see merge.ts).
 */
import type { Json } from '../contract.js';
import { compareVersions, type Version } from '../events/event.js';
import type { Group } from '../rollups/group.js';

export interface Register {
  readonly value: Json;
  readonly version: Version;
}

/** Where a record stands in Kafka. */
export interface LogPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** An event that was merged, and where it stood in Kafka when it was. */
export interface RememberedEvent extends LogPlace {
  readonly version: Version;
  readonly contentHash: string;
}

/** Inclusive range of merged sequences. */
export type SequenceRange = readonly [from: number, to: number];

export interface AggregateState {
  readonly registers: ReadonlyMap<string, Register>;
  /** The last founding event, the last delete (erasures included), the last erasure, the last event of all. */
  readonly founded: Version | null;
  readonly deleted: Version | null;
  readonly erased: Version | null;
  readonly last: Version | null;
  /** The sequences merged, ascending and disjoint. */
  readonly sequences: readonly SequenceRange[];
  /** The newest 64 events merged, in event order. */
  readonly remembered: readonly RememberedEvent[];
  /**
   * Of the events merged and not among those, the last place in each partition: once the positions are beyond all of
   * them, everything that was forgotten is in every document.
   */
  readonly forgotten: readonly LogPlace[];
  /** Every group this aggregate ever contributed to, by the rollup's name. */
  readonly groups: ReadonlyMap<string, readonly Group[]>;
}

/** Ids an order refers to now. */
export interface References {
  readonly customer: readonly string[];
  readonly product: readonly string[];
}

export const NO_REFERENCES: References = { customer: [], product: [] };

/** Lifecycle of an aggregate as joined documents see it. */
export type Presence = 'pending' | 'present' | 'deleted' | 'erased';

/** `pending`: its founding event has not arrived and neither has a delete. */
export function presenceOf(state: AggregateState | undefined): Presence {
  if (state === undefined) return 'pending';
  const { founded, deleted, erased } = state;
  if (founded !== null && (deleted === null || compareVersions(founded, deleted) > 0)) return 'present';
  if (erased !== null && (founded === null || compareVersions(founded, erased) < 0)) return 'erased';
  return deleted === null ? 'pending' : 'deleted';
}

/** The highest sequence merged, `null` when no event had one. */
export function highestSequence(state: AggregateState | undefined): number | null {
  return state?.sequences.at(-1)?.[1] ?? null;
}
