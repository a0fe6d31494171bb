/** What is known of a rebuild, beside the registry: how far it is, and which process drives it. */
import type { View, ViewName } from '../../mappings/contract.js';

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
  /** What was rendered of each view, and how long that took. */
  readonly rendered?: Readonly<Partial<Record<ViewName, RenderedPart>>>;
  /** When anything was noted last. */
  readonly notedAt?: Date;
  readonly filledAt?: Date;
  readonly place?: RenderPlace;
  readonly documents: number;
  /** How many each view has, counted when rendering begins. */
  readonly totals?: Readonly<Record<ViewName, number>>;
  readonly renderedAt?: Date;
  /** Why it cannot go on by itself; it is tried again all the same. */
  readonly failure?: string;
}

export interface RenderedPart {
  readonly documents: number;
  readonly ms: number;
}

/** What the steps of a rebuild cost, all but one in events folded. */
export interface RebuildCosts {
  /** How many events that rebuild has folded; absent where it was not noted. */
  readonly events?: number;
  /** Milliseconds to fold one event. */
  readonly eventMs: number;
  /** To sum up, for each event of the history. */
  readonly sums: number;
  /** To render one document of the view. */
  readonly documents: Readonly<Record<ViewName, number>>;
}

/** A paced rebuild waits for live events, and not in all steps alike. */
export type Pace = 'paced' | 'full-speed';

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
  /** Of the last rebuild that was completed at this pace; `null` before the first. They outlive its record. */
  costs(pace: Pace): Promise<RebuildCosts | null>;
  rememberCosts(pace: Pace, costs: RebuildCosts): Promise<void>;
}

/** Up to where the documents are durable. Rollups are complete before the first of them. */
export interface RenderPlace {
  readonly view: View['name'];
  readonly after: string;
}
