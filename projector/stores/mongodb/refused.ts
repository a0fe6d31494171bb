import type { Db } from 'mongodb';
import { refusedCollection } from '../../../runtime/names.js';
import type { Target, Ticket } from '../../ports.js';
import { writeNewest } from './guarded-write.js';

export interface RefusedDocument {
  readonly target: Target;
  readonly id: string;
  readonly ticket: Ticket;
  /** Quotes nothing of the document's content, which may be personal data. */
  readonly reason: string;
}

/**
 * Documents that a store refuses for good, kept with key and ticket so that their batch can be committed: one record for
 * each document, of its last refusal. None holds content, so an erasure finds nothing here.
 */
export class RefusedDocuments {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async record(documents: readonly RefusedDocument[]): Promise<void> {
    if (documents.length === 0) return;
    const refusedAt = new Date();
    const writes = documents.map(({ target: { view, revision }, id, ticket, reason }) => {
      const _id = `${view}/${revision}/${id}`;
      return {
        filter: { _id, ticket: { $lt: ticket } },
        update: { _id, view, revision, id, ticket, reason, refusedAt },
      };
    });
    await writeNewest(this.db, refusedCollection(this.generation), writes);
  }
}
