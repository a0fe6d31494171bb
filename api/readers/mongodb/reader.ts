/** Documents in MongoDB. */
import type { Document } from 'mongodb';
import { documentsCollection } from '../../../runtime/names.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../../../runtime/records.js';
import { type DocumentReader, type DocumentSet, NotReady } from '../../ports.js';
import {
  type DocumentQuery,
  FACET_VALUES_MAX,
  type FacetCount,
  type Found,
  type SortValue,
  TOTAL_CAP,
  totalOf,
} from '../../query/document-query.js';
import type { Database, StoredRecord } from './database.js';
import { afterFilter, fieldOf, resultFilter, sortOrder } from './find-filter.js';

export class MongoReader implements DocumentReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async search(documents: DocumentSet, query: DocumentQuery): Promise<Found> {
    const name = await this.#collectionOf(documents);
    const [records, counted, facets] = await this.#database.ask(() =>
      Promise.all([this.#find(name, query), this.#count(name, query), this.#facets(name, query)]),
    );
    const shown = records.slice(0, query.size);
    const last = shown.at(-1);
    return {
      documents: shown.map((record) => documents.view.fromStored(withoutMarks(record))),
      next: records.length > query.size && last !== undefined ? sortValues(last, query) : null,
      total: totalOf(counted, query.countExactly),
      facets,
    };
  }

  async get(documents: DocumentSet, id: string): Promise<unknown> {
    const name = await this.#collectionOf(documents);
    const record = await this.#database.ask(() =>
      this.#database.collection(name).findOne({ _id: { $eq: id } }, { maxTimeMS: this.#database.maxTimeMS }),
    );
    return record === null || record[HIDDEN_FIELD] === true ? null : documents.view.fromStored(withoutMarks(record));
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  #find(name: string, query: DocumentQuery): Promise<StoredRecord[]> {
    const filter = resultFilter(query);
    return this.#database
      .collection(name)
      .find(query.after === null ? filter : { $and: [filter, afterFilter(query.sort, query.after)] }, {
        sort: sortOrder(query.sort),
        skip: query.after === null ? query.skip : 0,
        limit: query.size + 1,
        maxTimeMS: this.#database.maxTimeMS,
        ...(query.without.length === 0
          ? {}
          : { projection: Object.fromEntries(query.without.map((field) => [field, 0])) }),
      })
      .toArray();
  }

  #count(name: string, query: DocumentQuery): Promise<number> {
    return this.#database.collection(name).countDocuments(resultFilter(query), {
      maxTimeMS: this.#database.maxTimeMS,
      ...(query.countExactly ? {} : { limit: TOTAL_CAP + 1 }),
    });
  }

  async #facets(name: string, query: DocumentQuery): Promise<Record<string, FacetCount[]>> {
    const counts = query.facets.map(async (facet) => {
      const groups = await this.#database
        .collection(name)
        .aggregate<{ _id: string | boolean | null; count: number }>(
          [
            { $match: resultFilter(query) },
            { $group: { _id: `$${facet.field}`, count: { $sum: 1 } } },
            { $sort: { count: -1, _id: 1 } },
            { $limit: FACET_VALUES_MAX + 1 },
          ],
          { maxTimeMS: this.#database.maxTimeMS },
        )
        .toArray();
      const values = groups.flatMap(({ _id, count }) => (_id === null ? [] : [{ value: _id, count }]));
      return [facet.name, values.slice(0, FACET_VALUES_MAX)] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }

  /** @throws NotReady when the collection is not there. */
  async #collectionOf({ view, generation, revision }: DocumentSet): Promise<string> {
    const name = documentsCollection(generation, view.name, revision);
    if (await this.#database.has(name)) return name;
    throw new NotReady(`The collection ${name} that is to be served is not there yet.`);
  }
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
