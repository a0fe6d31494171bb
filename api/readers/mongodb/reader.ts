/** Documents in MongoDB. */
import type { Document } from 'mongodb';
import type { View } from '../../../mappings/contract.js';
import { documentsCollection } from '../../../runtime/storage/names.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../../../runtime/storage/records.js';
import {
  type Condition,
  type DocumentQuery,
  type Found,
  type SortValue,
  TOTAL_CAP,
  totalOf,
} from '../../ports/document-query.js';
import type {
  DocumentReader,
  DocumentSet,
  GetOptions,
  ReadOptions,
  VersionedDocument,
  VersionReader,
} from '../../ports/documents.js';
import { NotReady } from '../../ports/errors.js';
import { shownOf } from '../shown.js';
import { facetCounts, facetStages, spansIn, statStages } from './aggregations.js';
import type { Database } from './database.js';
import { afterFilter, fieldOf, resultFilter, sortOrder } from './find-filter.js';
import { RAW, RawRecords } from './raw-records.js';

/** What a question may take, with all its operations. */
interface Limits {
  /** What ends an operation before its time: the server by itself, or the caller who no longer waits. */
  readonly ending: { readonly maxTimeMS: number; readonly signal: AbortSignal | undefined };
  readonly raw: RawRecords;
}

export class MongoReader implements DocumentReader, VersionReader {
  readonly #database: Database;
  readonly #probed: Pick<Database, 'ping'>;

  /** `probed`: asked whether MongoDB is there, over connections that no question takes. */
  constructor(database: Database, probed: Pick<Database, 'ping'> = database) {
    this.#database = database;
    this.#probed = probed;
  }

  async search(documents: DocumentSet, asked: DocumentQuery, options?: ReadOptions): Promise<Found> {
    const name = await this.#collectionOf(documents);
    const query = byIdOf(documents.view, asked);
    const limits = this.#limits(options);
    const [records, counted, facets, stats] = await this.#database.ask(() =>
      Promise.all([
        this.#find(name, query, limits),
        this.#count(name, query, limits),
        this.#facets(name, query, limits),
        this.#stats(name, query, limits),
      ]),
    );
    const more = records.length > query.size;
    const page = records.slice(0, query.size);
    const last = page.at(-1);
    const shown = page.map((record) => shownOf(documents.view, withoutMarks(record), query.without));
    return {
      documents: shown,
      highlights: null,
      next: more && last !== undefined ? sortValues(last, query) : null,
      total: totalOf(counted, query.countExactly),
      facets,
      stats,
    };
  }

  async get(documents: DocumentSet, id: string, options?: GetOptions): Promise<unknown> {
    const name = await this.#collectionOf(documents);
    const { ending, raw } = this.#limits(options);
    const projection = projectionOf(['keys', ...(options?.without ?? [])]);
    const record = await this.#database.ask(async () =>
      raw.one(await this.#database.collection(name).findOne({ _id: { $eq: id } }, { ...ending, ...RAW, projection })),
    );
    if (record === null || record[HIDDEN_FIELD] === true) return null;
    return shownOf(documents.view, withoutMarks(record), options?.without);
  }

  async getMany(
    documents: DocumentSet,
    ids: readonly string[],
    options?: Partial<ReadOptions>,
  ): Promise<ReadonlyMap<string, VersionedDocument>> {
    const name = await this.#collectionOf(documents);
    const { ending, raw } = this.#limits(options);
    const records = await this.#database.ask(() =>
      raw.all(
        this.#database
          .collection(name)
          .find({ _id: { $in: [...ids] } }, { ...ending, ...RAW, projection: projectionOf(['keys']) }),
      ),
    );
    return new Map(
      records.map((record) => {
        const document = record[HIDDEN_FIELD] === true ? null : shownOf(documents.view, withoutMarks(record));
        return [String(record._id), { version: Number(record[TICKET_FIELD]), document }];
      }),
    );
  }

  ping(): Promise<void> {
    return this.#probed.ping();
  }

  #limits(options: Partial<ReadOptions> | undefined): Limits {
    return {
      ending: { maxTimeMS: this.#database.maxTimeMS, signal: options?.signal },
      raw: new RawRecords(options?.bytesMax),
    };
  }

  #find(name: string, query: DocumentQuery, { ending, raw }: Limits): Promise<Document[]> {
    const filter = resultFilter(query);
    const within = query.after === null ? filter : { $and: [filter, afterFilter(query.sort, query.after)] };
    return raw.all(
      this.#database.collection(name).find(within, {
        sort: sortOrder(query.sort),
        skip: query.after === null ? query.skip : 0,
        limit: query.size + 1,
        ...ending,
        ...RAW,
        projection: projectionOf(
          query.without.filter((path) => !query.sort.some((key) => isWithin(fieldOf(key), path))),
        ),
      }),
    );
  }

  #count(name: string, query: DocumentQuery, { ending }: Limits): Promise<number> {
    return this.#database.collection(name).countDocuments(resultFilter(query), {
      ...ending,
      ...(query.countExactly ? {} : { limit: TOTAL_CAP + 1 }),
    });
  }

  async #facets(name: string, { facets, search }: DocumentQuery, limits: Limits): Promise<Found['facets']> {
    const counts = facets.map(async (facet) => {
      const groups = await this.#aggregate(name, { ...facet, search }, facetStages(facet.field), limits);
      return [facet.name, facetCounts(groups)] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }

  async #stats(name: string, query: DocumentQuery, limits: Limits): Promise<Found['stats']> {
    const spans = query.stats.map(async (stat) => {
      const groups = await this.#aggregate(name, query, statStages(stat.range), limits);
      return [stat.name, spansIn(groups, stat.range)] as const;
    });
    return Object.fromEntries(await Promise.all(spans));
  }

  #aggregate(
    name: string,
    result: Pick<DocumentQuery, 'conditions' | 'search'>,
    stages: readonly Document[],
    { ending, raw }: Limits,
  ): Promise<Document[]> {
    const pipeline = [{ $match: resultFilter(result) }, ...stages];
    return raw.all(this.#database.collection(name).aggregate(pipeline, { ...ending, ...RAW }));
  }

  /** @throws NotReady when the collection is not there. */
  async #collectionOf({ view, generation, revision }: DocumentSet): Promise<string> {
    const name = documentsCollection(generation, view.name, revision);
    if (await this.#database.has(name)) return name;
    throw new NotReady(`The collection ${name} that is to be served is not there yet.`);
  }
}

/** The document's id is also its `_id`, which every collection has an index of. */
function byIdOf({ queries }: View, query: DocumentQuery): DocumentQuery {
  const byId = (conditions: readonly Condition[]) =>
    conditions.map((condition) =>
      condition.kind === 'anyOf' && condition.field === queries.id.name ? { ...condition, field: '_id' } : condition,
    );
  return {
    ...query,
    conditions: byId(query.conditions),
    facets: query.facets.map((facet) => ({ ...facet, conditions: byId(facet.conditions) })),
  };
}

/** What is searched by, nobody reads. */
function projectionOf(without: readonly string[]): Document {
  return Object.fromEntries(['search', ...without].map((path) => [path, 0]));
}

function isWithin(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}.`);
}

function withoutMarks(record: Document): Document {
  const { _id, [TICKET_FIELD]: _ticket, [HIDDEN_FIELD]: _hidden, ...stored } = record;
  return stored;
}

function sortValues(record: Document, { sort }: DocumentQuery): SortValue[] {
  return sort.map((key) => {
    const value = fieldOf(key)
      .split('.')
      .reduce<unknown>((inner, name) => (inner as Document | undefined)?.[name], record);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  });
}
