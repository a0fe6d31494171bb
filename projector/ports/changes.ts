/** Where it is told that documents have changed. */
import type { Change } from '../../runtime/storage/changes.js';

/** Tells subscribers which documents to look at. */
export interface ChangeFeed {
  /** Durable when it resolves. To be called when the documents are written, and before the position of what led to it. */
  announce(changes: readonly Change[]): Promise<void>;
}
