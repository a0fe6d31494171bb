/** Documents in Elasticsearch. */
import { Client, errors, type estypes, type TransportRequestOptions } from '@elastic/elasticsearch';
import { ElasticsearchConnection } from '../../../runtime/presence/elasticsearch-connection.js';
import { documentsIndex } from '../../../runtime/storage/names.js';
import { HIDDEN_FIELD, STORED_BYTES_FIELD } from '../../../runtime/storage/records.js';
import { type DocumentQuery, type Found, type SortValue, totalOf } from '../../ports/document-query.js';
import type {
  DocumentReader,
  DocumentSet,
  GetOptions,
  ReadOptions,
  SizeReader,
  VersionedDocument,
  VersionReader,
} from '../../ports/documents.js';
import { shownOf } from '../shown.js';
import { aggregated } from './aggregations.js';
import { translateFailure, translateItemFailure } from './failures.js';
import { PatientSerializer, parsedBody } from './large-body.js';
import { notFetched, searchBody, sizesBody } from './search-body.js';

type Source = Readonly<Record<string, unknown>>;

export interface ElasticsearchReaderSettings {
  readonly url: string;
  readonly namespace: string;
  readonly requestTimeoutMs: number;
}

export class ElasticsearchReader implements DocumentReader, SizeReader, VersionReader {
  readonly #client: Client;
  readonly #namespace: string;
  readonly #requestTimeoutMs: number;

  constructor({ url, namespace, requestTimeoutMs }: ElasticsearchReaderSettings) {
    this.#client = new Client({
      ...{ node: url, requestTimeout: requestTimeoutMs, maxRetries: 1 },
      Connection: ElasticsearchConnection,
      Serializer: PatientSerializer,
    });
    this.#namespace = namespace;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  async search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found> {
    const answer = await this.#ask(options, () =>
      this.#client.search<Source>(
        {
          index: this.#indexOf(documents),
          // A shard that fails must not pass for a shard without matches.
          allow_partial_search_results: false,
          // Ends by itself what nobody waits for any more, beside the closed connection that cancels it.
          timeout: `${this.#requestTimeoutMs}ms`,
          ...searchBody(documents.view, query),
        },
        transport(options),
      ),
    );
    const hits = answer.hits.hits.slice(0, query.size);
    const { total } = answer.hits;
    const counted = typeof total === 'object' ? total.value + (total.relation === 'gte' ? 1 : 0) : (total ?? 0);
    const more = answer.hits.hits.length > query.size || (query.after === null && counted > query.skip + hits.length);
    const shown = hits.map(({ _source }) => shownOf(documents.view, withoutMarks(_source ?? {}), query.without));
    return {
      documents: shown,
      highlights: null,
      next: more && hits.length > 0 ? sortValues(hits.at(-1)?.sort ?? []) : null,
      total: totalOf(counted, query.countExactly),
      ...aggregated(query, answer.aggregations),
    };
  }

  async largest(documents: DocumentSet, options?: Partial<ReadOptions>): Promise<number> {
    const aggregations = { largest: { max: { field: STORED_BYTES_FIELD } } };
    const question = { index: this.#indexOf(documents), size: 0, track_total_hits: false, aggregations };
    const answer = await this.#ask(options, () => this.#client.search(question, transport(options)));
    const { largest } = answer.aggregations as { readonly largest?: { readonly value: number | null } };
    return largest?.value ?? 0;
  }

  async bytesOf(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<number> {
    const question = { index: this.#indexOf(documents), ...sizesBody(documents.view, query) };
    const answer = await this.#ask(options, () => this.#client.search(question, transport(options)));
    const sizes = answer.hits.hits.map(({ fields }) => Number(fields?.[STORED_BYTES_FIELD]?.[0] ?? 0));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  async get(documents: DocumentSet, id: string, options?: GetOptions): Promise<unknown> {
    const source = await this.#ask(options, () => this.#sourceOf(this.#indexOf(documents), id, options));
    if (source === null || source[HIDDEN_FIELD] === true) return null;
    return shownOf(documents.view, withoutMarks(source), options?.without);
  }

  async getMany(
    documents: DocumentSet,
    ids: readonly string[],
    options?: Partial<ReadOptions>,
  ): Promise<ReadonlyMap<string, VersionedDocument>> {
    if (ids.length === 0) return new Map();
    const index = this.#indexOf(documents);
    const question = { index, ids: [...ids], _source_excludes: notFetched() };
    const { docs } = await this.#ask(options, () => this.#client.mget<Source>(question, transport(options)));
    const found = new Map<string, VersionedDocument>();
    for (const item of docs) {
      if ('error' in item) throw translateItemFailure(item.error);
      if (!item.found || item._source === undefined) continue;
      const { _id: id, _version: version = 0, _source: source } = item;
      const isHidden = source[HIDDEN_FIELD] === true;
      found.set(id, { version, document: isHidden ? null : shownOf(documents.view, withoutMarks(source)) });
    }
    return found;
  }

  async ping(): Promise<void> {
    await this.#ask(undefined, () => this.#client.cluster.health({ timeout: '1s' }));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #sourceOf(index: string, id: string, options: GetOptions | undefined): Promise<Source | null> {
    try {
      const question = { index, id, _source_excludes: notFetched(options?.without) };
      const { _source } = await parsedBody(await this.#client.get<Source>(question, transport(options)));
      return _source ?? null;
    } catch (error) {
      if (isMissingDocument(error)) return null;
      throw error;
    }
  }

  #indexOf({ view, generation, revision }: DocumentSet): string {
    return documentsIndex({ namespace: this.#namespace, generation }, view.name, revision);
  }

  async #ask<Answer>(options: Partial<ReadOptions> | undefined, request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await parsedBody(await request());
    } catch (error) {
      throw translateFailure(error, options);
    }
  }
}

function transport(options: Partial<ReadOptions> | undefined): TransportRequestOptions {
  const { signal, bytesMax } = options ?? {};
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(bytesMax === undefined ? {} : { maxResponseSize: bytesMax }),
  };
}

/** 404 of a missing document says `found: false`; that of a missing index says what is wrong. */
function isMissingDocument(error: unknown): boolean {
  if (!(error instanceof errors.ResponseError) || error.statusCode !== 404) return false;
  const body: unknown = error.body;
  return typeof body === 'object' && body !== null && 'found' in body;
}

function withoutMarks({ [HIDDEN_FIELD]: _, [STORED_BYTES_FIELD]: _bytes, ...stored }: Source): Source {
  return stored;
}

function sortValues(sort: readonly estypes.FieldValue[]): SortValue[] {
  return sort.map((value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null,
  );
}
