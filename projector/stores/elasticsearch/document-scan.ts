import type { Client, estypes } from '@elastic/elasticsearch';
import type { StoredDocument } from '../../../mappings/contract.js';
import { documentsIndex } from '../../../runtime/names.js';
import type { DocumentScan, ScannedDocument, Target } from '../../ports.js';
import { contentOf } from '../scanned-content.js';
import { withElasticsearch } from './connection.js';

const KEEP_ALIVE = '5m';

export class ElasticsearchDocumentScan implements DocumentScan {
  constructor(
    private readonly client: Client,
    private readonly names: { readonly namespace: string; readonly generation: number },
  ) {}

  async *pages(target: Target, pageDocumentsMax: number): AsyncGenerator<readonly ScannedDocument[]> {
    for await (const hits of this.scan(target, pageDocumentsMax, { version: true })) {
      yield hits.flatMap(({ _id, _version, _source }) =>
        _id === undefined || _source === undefined ? [] : [toScanned(_id, _version, _source)],
      );
    }
  }

  async *ids(target: Target, pageIdsMax: number): AsyncGenerator<readonly string[]> {
    for await (const hits of this.scan(target, pageIdsMax, { _source: false })) {
      yield hits.flatMap(({ _id }) => _id ?? []);
    }
  }

  async read(target: Target, ids: readonly string[]): Promise<ReadonlyMap<string, ScannedDocument>> {
    if (ids.length === 0) return new Map();
    const index = this.indexOf(target);
    const { docs } = await withElasticsearch(`read documents of ${index}`, () =>
      this.client.mget<StoredDocument>({ index, ids: [...ids] }),
    );
    return new Map(
      docs.flatMap((found): [string, ScannedDocument][] =>
        'found' in found && found.found && found._source !== undefined
          ? [[found._id, toScanned(found._id, found._version, found._source)]]
          : [],
      ),
    );
  }

  async tickets(target: Target, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const index = this.indexOf(target);
    const { docs } = await withElasticsearch(`read tickets of ${index}`, () =>
      this.client.mget({ index, ids: [...ids], _source: false }),
    );
    return new Map(
      docs.flatMap((found): [string, number][] =>
        'found' in found && found.found ? [[found._id, found._version ?? 0]] : [],
      ),
    );
  }

  private async *scan(
    target: Target,
    size: number,
    fields: Pick<estypes.SearchRequest, 'version' | '_source'>,
  ): AsyncGenerator<readonly estypes.SearchHit<StoredDocument>[]> {
    const index = this.indexOf(target);
    // Both together: what was written before is in the point in time.
    const id = await withElasticsearch(`read ${index}`, async () => {
      await this.client.indices.refresh({ index });
      return (await this.client.openPointInTime({ index, keep_alive: KEEP_ALIVE })).id;
    });
    try {
      for (let last: number | null = null; ; ) {
        const after: { search_after?: number[] } = last === null ? {} : { search_after: [last] };
        const { hits }: estypes.SearchResponse<StoredDocument> = await withElasticsearch(`read ${index}`, () =>
          this.client.search<StoredDocument>({
            pit: { id, keep_alive: KEEP_ALIVE },
            // The cheapest order there is.
            sort: [{ _shard_doc: 'asc' }],
            track_total_hits: false,
            ...{ size, ...fields, ...after },
          }),
        );
        if (hits.hits.length === 0) return;
        yield hits.hits;
        last = Number(hits.hits.at(-1)?.sort?.[0]);
      }
    } finally {
      // It ends by itself, too.
      await this.client.closePointInTime({ id }).catch(() => undefined);
    }
  }

  private indexOf({ view, revision }: Target): string {
    return documentsIndex(this.names, view, revision);
  }
}

function toScanned(id: string, version: number | undefined, source: StoredDocument): ScannedDocument {
  return { id, ticket: version ?? 0, stored: contentOf(source) };
}
