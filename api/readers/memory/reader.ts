/** Documents in memory: for tests, and for answers out of what another document holds. */
import type { StoredDocument, View } from '../../../mappings/contract.js';
import { type Condition, type DocumentQuery, type Found, type SortValue, totalOf } from '../../ports/document-query.js';
import type { DocumentReader, DocumentSet, GetOptions, ReadOptions } from '../../ports/documents.js';
import { AnswerTooLarge, NotReady } from '../../ports/errors.js';
import { type FieldTree, selectionOf } from '../../query/field-selection.js';
import { compareTuples, meets, scoreOf } from '../../query/match.js';
import { valuesAt } from '../../query/values.js';
import { shownOf } from '../shown.js';
import { countValues, spansOf } from './aggregations.js';

interface Candidate {
  readonly stored: StoredDocument;
  readonly values: readonly SortValue[];
}

export class MemoryReader implements DocumentReader {
  readonly #sets = new Map<string, Map<string, StoredDocument>>();

  /** Makes the set of documents; `stored` by id, as `View.toStored` returns them. */
  hold(documents: DocumentSet, stored: Iterable<readonly [string, StoredDocument]>): void {
    this.#sets.set(keyOf(documents), new Map(stored));
  }

  async search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found> {
    const found = searchIn([...this.#setOf(documents).values()], query, documents.view);
    assertWithin(options, [found.documents, found.facets, found.stats]);
    return found;
  }

  async get(documents: DocumentSet, id: string, options?: GetOptions): Promise<unknown> {
    const stored = this.#setOf(documents).get(id);
    if (stored === undefined) return null;
    const { without = [] } = options ?? {};
    const document = shownOf(documents.view, withoutPaths(stored, without), without);
    assertWithin(options, document);
    return document;
  }

  async ping(): Promise<void> {}

  #setOf(documents: DocumentSet): ReadonlyMap<string, StoredDocument> {
    const set = this.#sets.get(keyOf(documents));
    if (set === undefined) throw new NotReady('There is no such set of documents.');
    return set;
  }
}

function assertWithin(options: ReadOptions | undefined, answer: unknown): void {
  const bytesMax = options?.bytesMax;
  if (bytesMax !== undefined && Buffer.byteLength(JSON.stringify(answer)) > bytesMax)
    throw new AnswerTooLarge(bytesMax);
}

function keyOf({ view, generation, revision }: DocumentSet): string {
  return `${view.name}/${generation}/${revision}`;
}

/** The query's answer out of these stored documents, visible all. Nothing is highlighted. */
export function searchIn(stored: readonly StoredDocument[], query: DocumentQuery, view: View): Found {
  const result = (conditions: readonly Condition[]) =>
    stored
      .filter((document) => conditions.every((condition) => meets(document, condition)))
      .flatMap((document) => candidate(document, query));
  const documents = (candidates: readonly Candidate[]) => candidates.map((found) => found.stored);
  const matching = result(query.conditions).sort((a, b) => compareTuples(query.sort, a.values, b.values));
  const { after } = query;
  const rest =
    after === null
      ? matching.slice(query.skip)
      : matching.filter(({ values }) => compareTuples(query.sort, values, after) > 0);
  const shown = rest.slice(0, query.size);
  return {
    documents: shown.map((found) => shownOf(view, withoutPaths(found.stored, query.without), query.without)),
    highlights: null,
    next: rest.length > shown.length ? (shown.at(-1)?.values ?? null) : null,
    total: totalOf(matching.length, query.countExactly),
    facets: Object.fromEntries(
      query.facets.map(({ name, field, conditions }) => [name, countValues(documents(result(conditions)), field)]),
    ),
    stats: Object.fromEntries(query.stats.map(({ name, range }) => [name, spansOf(documents(matching), range)])),
  };
}

function candidate(stored: StoredDocument, query: DocumentQuery): Candidate[] {
  const score = query.search === null ? 0 : scoreOf(stored, query.search);
  if (score === null) return [];
  const values = query.sort.map((key) =>
    key.by === 'relevance' ? score : ((valuesAt(stored, key.field)[0] as SortValue | undefined) ?? null),
  );
  return [{ stored, values }];
}

function withoutPaths(stored: StoredDocument, paths: readonly string[]): StoredDocument {
  return paths.length === 0 ? stored : (less(stored, selectionOf(paths)) as StoredDocument);
}

function less(value: unknown, left: FieldTree): unknown {
  if (Array.isArray(value)) return value.map((element) => less(element, left));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, inner]) => {
      const part = Object.hasOwn(left, field) ? left[field] : undefined;
      return part === true ? [] : [[field, part === undefined ? inner : less(inner, part)]];
    }),
  );
}
