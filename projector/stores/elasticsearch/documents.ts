import type { Client } from '@elastic/elasticsearch';
import { documentsIndex } from '../../../runtime/names.js';
import type { DocumentStore, OutgoingDocument, Published, Target, Ticket } from '../../ports.js';
import type { RefusedDocuments } from '../mongodb/refused.js';
import { bulkIndex } from './bulk.js';

export class ElasticsearchDocumentStore implements DocumentStore {
  constructor(
    private readonly client: Client,
    private readonly names: { readonly namespace: string; readonly generation: number },
    private readonly refusals: Pick<RefusedDocuments, 'record'>,
  ) {}

  async publish(target: Target, ticket: Ticket, documents: readonly OutgoingDocument[]): Promise<Published> {
    const index = documentsIndex(this.names, target.view, target.revision);
    const { superseded, refused } = await bulkIndex(this.client, index, ticket, documents);
    await this.refusals.record(refused.map(({ id, reason }) => ({ target, id, ticket, reason })));
    return { written: documents.length - superseded - refused.length, superseded, refused: refused.length };
  }
}
