/** What is known of a rebuild, beside the registry: how far it is, and which process drives it. */
import type { RenderPlace } from './render-all.js';

export interface RebuildRecord {
  /** The generation that is built. */
  readonly generation: number;
  readonly startedAt: Date;
  /** Who asked for it, and what it was filled from, for people. */
  readonly origin: string;
  /** Where each partition began and where it ended at the start, by `topic/partition`. */
  readonly from: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  /** How long events have been folded, waiting and pauses left out, and how many in that time. */
  readonly filledMs?: number;
  readonly filledEvents?: number;
  readonly summedAt?: Date;
  /** How long the `documents` that are noted have been rendered. */
  readonly renderedMs?: number;
  /** When anything was noted last. */
  readonly notedAt?: Date;
  readonly filledAt?: Date;
  readonly place?: RenderPlace;
  readonly documents: number;
  /** Estimated when rendering begins. */
  readonly documentsTotal?: number;
  readonly renderedAt?: Date;
  /** Why it cannot go on by itself; it is tried again all the same. */
  readonly failure?: string;
}

/** Changes of a record, by whoever holds the lease. */
export type RebuildProgress = Partial<Omit<RebuildRecord, 'generation' | 'startedAt' | 'origin' | 'from' | 'ends'>>;

export interface RebuildStore {
  /** False when the generation has a record already. */
  create(record: RebuildRecord): Promise<boolean>;
  read(generation: number): Promise<RebuildRecord | null>;
  /** True for one process at a time, for so long; asking again prolongs it. */
  lease(generation: number, owner: string, now: number, leaseMs: number): Promise<boolean>;
  /** Unless another process holds the lease by now: then false. */
  progress(generation: number, owner: string, progress: RebuildProgress): Promise<boolean>;
  remove(generation: number): Promise<void>;
}
