/** Changes that reach too many documents for their batch. */

import type { References } from '../../mappings/aggregates/state.js';
import type { ViewName } from '../../mappings/contract.js';
import type { Position } from './events.js';

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
