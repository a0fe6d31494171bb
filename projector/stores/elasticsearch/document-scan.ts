import { type Client, errors, type estypes } from '@elastic/elasticsearch';
import type { StoredDocument } from '../../../mappings/contract.js';
import { piecesOf } from '../../../runtime/collections.js';
import { documentsIndex } from '../../../runtime/storage/names.js';
import type { DocumentScan, ScannedDocument, Target } from '../../ports/documents.js';
import { NoRoom, type Room } from '../../ports/errors.js';
import { charactersOf } from '../characters.js';
import { contentOf } from '../scanned-content.js';
import { withElasticsearch } from './connection.js';

const KEEP_ALIVE = '5m';
/** Of an answer with more than one document: a larger one is not read to its end, and fewer are asked for. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** Documents that are read in one answer. */
const READ_TOGETHER = 100;

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

  async read(target: Target, ids: readonly string[], room?: Room): Promise<ReadonlyMap<string, ScannedDocument>> {
    const documents = new Map<string, ScannedDocument>();
    const index = this.indexOf(target);
    for (const piece of piecesOf(ids, READ_TOGETHER)) {
      const { docs } = await withElasticsearch(`read documents of ${index}`, () =>
        withinAnswer(piece.length, (limits) => this.client.mget<StoredDocument>({ index, ids: piece }, limits)),
      );
      for (const found of docs) {
        if (!('found' in found) || !found.found || found._source === undefined) continue;
        room?.take(charactersOf(found._source));
        documents.set(found._id, toScanned(found._id, found._version, found._source));
      }
    }
    return documents;
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
    sizeMax: number,
    fields: Pick<estypes.SearchRequest, 'version' | '_source'>,
  ): AsyncGenerator<readonly estypes.SearchHit<StoredDocument>[]> {
    const index = this.indexOf(target);
    // Both together: what was written before is in the point in time.
    const id = await withElasticsearch(`read ${index}`, async () => {
      await this.client.indices.refresh({ index });
      return (await this.client.openPointInTime({ index, keep_alive: KEEP_ALIVE })).id;
    });
    let size = sizeMax;
    try {
      for (let last: number | null = null; ; ) {
        const after: { search_after?: number[] } = last === null ? {} : { search_after: [last] };
        const asked: estypes.SearchRequest = {
          pit: { id, keep_alive: KEEP_ALIVE },
          // The cheapest order there is.
          sort: [{ _shard_doc: 'asc' }],
          track_total_hits: false,
          ...{ size, ...fields, ...after },
        };
        const found: estypes.SearchResponse<StoredDocument> | null = await withElasticsearch(`read ${index}`, () =>
          withinAnswer(size, (limits) => this.client.search<StoredDocument>(asked, limits)),
        ).catch(nullWithoutRoom);
        if (found === null) {
          size = Math.ceil(size / 4);
          continue;
        }
        const { hits } = found.hits;
        if (hits.length === 0) return;
        // Large ones may have come to an end.
        size = Math.min(size * 2, sizeMax);
        yield hits;
        last = Number(hits.at(-1)?.sort?.[0]);
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

/** @throws NoRoom when more than one is asked for, and the answer is too large. */
async function withinAnswer<Answer>(
  documents: number,
  ask: (limits: { readonly maxResponseSize?: number }) => Promise<Answer>,
): Promise<Answer> {
  if (documents === 1) return ask({});
  try {
    return await ask({ maxResponseSize: ANSWER_BYTES_MAX });
  } catch (error) {
    if (!(error instanceof errors.RequestAbortedError)) throw error;
    throw new NoRoom(`${documents} documents have more than ${ANSWER_BYTES_MAX} bytes.`, { cause: error });
  }
}

function nullWithoutRoom(error: unknown): null {
  if (error instanceof NoRoom) return null;
  throw error;
}

function toScanned(id: string, version: number | undefined, source: StoredDocument): ScannedDocument {
  return { id, ticket: version ?? 0, stored: contentOf(source) };
}
