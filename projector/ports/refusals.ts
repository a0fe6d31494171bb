/** Documents that a store refuses for good. */

import type { Target } from './documents.js';
import type { Ticket } from './tickets.js';

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

export type RefusedDocument = Omit<Refusal, 'refusedAt' | 'ticket'> & { readonly ticket: Ticket };

/** Told of what a store has refused for good, by whoever writes to it. */
export interface RefusalRecorder {
  record(documents: readonly RefusedDocument[]): Promise<void>;
}
