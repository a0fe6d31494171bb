import type { Db } from 'mongodb';
import { refusedCollection } from '../../../runtime/names.js';
import type { Target, Ticket } from '../../ports.js';
import { withMongo } from './connection.js';

export interface RefusedDocument {
  readonly target: Target;
  readonly id: string;
  readonly ticket: Ticket;
  readonly reason: string;
}

/** Documents that a store refuses for good, kept with key and ticket so that their batch can be committed. */
export class RefusedDocuments {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async record(documents: readonly RefusedDocument[]): Promise<void> {
    if (documents.length === 0) return;
    const collection = this.db.collection<{ _id: string }>(refusedCollection(this.generation));
    await withMongo('record refused documents', () =>
      collection.bulkWrite(
        documents.map(({ target: { view, revision }, id, ticket, reason }) => ({
          replaceOne: {
            filter: { _id: `${view}/${revision}/${id}` },
            replacement: { view, revision, id, ticket, reason, refusedAt: new Date() },
            upsert: true,
          },
        })),
        { ordered: false },
      ),
    );
  }
}
