import type { Db } from 'mongodb';
import { documentsCollection } from '../../../runtime/storage/names.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../../../runtime/storage/records.js';
import type { DocumentStore, OutgoingDocument, Published, Target } from '../../ports/documents.js';
import type { Ticket } from '../../ports/tickets.js';
import { charactersOf } from '../characters.js';
import { type GuardedWrite, writeNewest } from './guarded-write.js';
import type { RefusedDocuments } from './refused.js';

export class MongoDocumentStore implements DocumentStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly refusals: RefusedDocuments,
  ) {}

  async publish(target: Target, ticket: Ticket, documents: Iterable<OutgoingDocument>): Promise<Published> {
    const collection = documentsCollection(this.generation, target.view, target.revision);
    const ids: string[] = [];
    const { superseded, refused } = await writeNewest(this.db, collection, writesOf(ticket, documents, ids));
    await this.refusals.record(
      [...refused].flatMap(([place, reason]) => {
        const id = ids[place];
        return id === undefined ? [] : [{ target, id, ticket, reason }];
      }),
    );
    return { written: ids.length - superseded - refused.size, superseded, refused: refused.size };
  }
}

/** Made as they are asked for. `ids`: gets those of the documents, in their order. */
function* writesOf(ticket: Ticket, documents: Iterable<OutgoingDocument>, ids: string[]): Generator<GuardedWrite> {
  for (const { id, stored } of documents) {
    ids.push(id);
    yield {
      characters: charactersOf(stored),
      // One without a ticket is of somebody else's making: it counts as the oldest.
      filter: { _id: id, [TICKET_FIELD]: { $not: { $gte: ticket } } },
      update: { _id: id, [TICKET_FIELD]: ticket, [HIDDEN_FIELD]: stored === null, ...stored },
    };
  }
}
