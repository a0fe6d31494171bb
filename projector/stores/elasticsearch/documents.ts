import type { Client } from '@elastic/elasticsearch';
import { documentsIndex } from '../../../runtime/names.js';
import type { DocumentStore, OutgoingDocument, Published, Target, Ticket } from '../../ports.js';
import type { RefusedDocuments } from '../mongodb/refused.js';
import { bulkIndex } from './bulk.js';
import { Pressure } from './pressure.js';

/** An Elasticsearch with a heap of 1 GB takes it, in a minute at worst. */
const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;

export class ElasticsearchDocumentStore implements DocumentStore {
  private readonly pressure = new Pressure();

  constructor(
    private readonly client: Client,
    private readonly names: { readonly namespace: string; readonly generation: number },
    private readonly refusals: Pick<RefusedDocuments, 'record'>,
    private readonly documentBytesMax = DOCUMENT_BYTES_MAX,
  ) {}

  async publish(target: Target, ticket: Ticket, documents: Iterable<OutgoingDocument>): Promise<Published> {
    const index = documentsIndex(this.names, target.view, target.revision);
    const limits = { pressure: this.pressure, documentBytesMax: this.documentBytesMax };
    const { written, superseded, refused } = await bulkIndex(this.client, index, ticket, documents, limits);
    await this.refusals.record(refused.map(({ id, reason }) => ({ target, id, ticket, reason })));
    return { written, superseded, refused: refused.length };
  }
}
