import { documentsIndex } from '../../../runtime/names.js';
import type { DocumentStore, OutgoingDocument, Published, Target, Ticket } from '../../ports.js';
import type { RefusedDocuments } from '../mongodb/refused.js';
import { bulkIndex } from './bulk.js';
import type { ElasticsearchClient } from './connection.js';

/** An Elasticsearch with a heap of 1 GB takes it, in a minute at worst. */
const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;

export class ElasticsearchDocumentStore implements DocumentStore {
  constructor(
    private readonly client: ElasticsearchClient,
    private readonly names: { readonly namespace: string; readonly generation: number },
    private readonly refusals: Pick<RefusedDocuments, 'record'>,
    private readonly documentBytesMax = DOCUMENT_BYTES_MAX,
  ) {}

  async publish(
    target: Target,
    ticket: Ticket,
    documents: Iterable<OutgoingDocument>,
    signal?: AbortSignal,
  ): Promise<Published> {
    const index = documentsIndex(this.names, target.view, target.revision);
    const limits = { pressure: this.client.pressure, documentBytesMax: this.documentBytesMax };
    const { written, superseded, refused } = await bulkIndex(this.client, index, ticket, documents, limits, signal);
    await this.refusals.record(refused.map(({ id, reason }) => ({ target, id, ticket, reason })));
    return { written, superseded, refused: refused.length };
  }
}
