/** The past: records in Kafka, and what the states remember of them. */

import type { AggregateState, LogPlace, References } from '../../mappings/aggregates/state.js';
import type { PeriodSummary } from '../../mappings/contract.js';
import type { AggregateName, RawRecord } from '../../mappings/events/event.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { PassedPosition } from '../../runtime/storage/passed-positions.js';
import type { QuarantinedEventRecord } from '../../runtime/storage/records.js';

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
