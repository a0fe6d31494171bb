import { errors } from '@elastic/elasticsearch';
import { integer } from '../../../mappings/views/elasticsearch-fields.js';
import { documentsIndex } from '../../../runtime/storage/names.js';
import { STORED_BYTES_FIELD } from '../../../runtime/storage/records.js';
import type { DocumentStore, OutgoingDocument, Published, Target } from '../../ports/documents.js';
import type { RefusalRecorder } from '../../ports/refusals.js';
import type { Ticket } from '../../ports/tickets.js';
import { bulkIndex } from './bulk.js';
import { type ElasticsearchClient, withElasticsearch } from './connection.js';

/** An Elasticsearch with a heap of 1 GB takes it, in a minute at worst. */
const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;

export class ElasticsearchDocumentStore implements DocumentStore {
  /** Indexes that take the size of large documents. */
  private readonly sizing = new Set<string>();

  constructor(
    private readonly client: ElasticsearchClient,
    private readonly names: { readonly namespace: string; readonly generation: number },
    private readonly refusals: RefusalRecorder,
    private readonly documentBytesMax = DOCUMENT_BYTES_MAX,
  ) {}

  async publish(
    target: Target,
    ticket: Ticket,
    documents: Iterable<OutgoingDocument>,
    signal?: AbortSignal,
  ): Promise<Published> {
    const index = documentsIndex(this.names, target.view, target.revision);
    await this.takeSizes(index);
    const limits = { pressure: this.client.pressure, documentBytesMax: this.documentBytesMax };
    const { written, superseded, refused } = await bulkIndex(this.client, index, ticket, documents, limits, signal);
    await this.refusals.record(refused.map(({ id, reason }) => ({ target, id, ticket, reason })));
    return { written, superseded, refused: refused.length };
  }

  /** An index that a former version created takes only what that one wrote. */
  private async takeSizes(index: string): Promise<void> {
    if (this.sizing.has(index)) return;
    await withElasticsearch(`look at the mapping of ${index}`, async () => {
      const found = await this.client.indices.getFieldMapping({ index, fields: STORED_BYTES_FIELD });
      if (Object.keys(found[index]?.mappings ?? {}).length > 0) return;
      await this.client.indices.putMapping({ index, properties: { [STORED_BYTES_FIELD]: integer } });
    }).catch((error: unknown) => {
      // That the index is gone is told by what writes to it.
      if (!(error instanceof errors.ResponseError) || error.statusCode !== 404) throw error;
    });
    this.sizing.add(index);
  }
}
