/** Records in MongoDB that the projector writes and the API reads. */
import type { ViewName } from '../mappings/contract.js';

/** The only document of the registry collection: which generations exist and which one is served. */
export interface RegistryRecord {
  readonly _id: 'registry';
  /** The generation that is served; all its views are switched together. */
  readonly live: number;
  readonly generations: readonly GenerationRecord[];
}

export interface GenerationRecord {
  readonly number: number;
  readonly createdAt: Date;
  /** The revision of each view's documents that is served. */
  readonly revisions: Readonly<Record<ViewName, number>>;
  readonly businessTimeZone: string;
  readonly reportingCurrency: string;
}

/** How far one partition is durably projected. `_id` is `topic/partition`. */
export interface PositionRecord {
  readonly _id: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next record: everything before it is in every document. Kafka offsets stay below 2^53. */
  readonly next: number;
  readonly updatedAt: Date;
}

/** Fields that the projector adds to a view's documents in either store. */
export const TICKET_FIELD = 'ticket';
/** `true` on a tombstone, which has no other field of the document; `false` on a visible document. */
export const HIDDEN_FIELD = 'hidden';
