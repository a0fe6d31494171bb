import type { Db } from 'mongodb';
import { documentsCollection } from '../../../runtime/names.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../../../runtime/records.js';
import type { DocumentStore, OutgoingDocument, Published, Target, Ticket } from '../../ports.js';
import { writeNewest } from './guarded-write.js';
import type { RefusedDocuments } from './refused.js';

export class MongoDocumentStore implements DocumentStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly refusals: RefusedDocuments,
  ) {}

  async publish(target: Target, ticket: Ticket, documents: readonly OutgoingDocument[]): Promise<Published> {
    const writes = documents.map(({ id, stored }) => ({
      // One without a ticket is of somebody else's making: it counts as the oldest.
      filter: { _id: id, [TICKET_FIELD]: { $not: { $gte: ticket } } },
      update: { _id: id, [TICKET_FIELD]: ticket, [HIDDEN_FIELD]: stored === null, ...stored },
    }));
    const collection = documentsCollection(this.generation, target.view, target.revision);
    const { superseded, refused } = await writeNewest(this.db, collection, writes);
    await this.refusals.record(
      [...refused].flatMap(([place, reason]) => {
        const id = documents[place]?.id;
        return id === undefined ? [] : [{ target, id, ticket, reason }];
      }),
    );
    return {
      written: documents.length - superseded - refused.size,
      superseded,
      refused: refused.size,
    };
  }
}
