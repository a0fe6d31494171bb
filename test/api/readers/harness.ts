/** What a reader's contract suite needs of an adapter, and how it asks. */

import type { Found } from '../../../api/ports/document-query.js';
import type { DocumentReader, DocumentSet } from '../../../api/ports/documents.js';
import { HighlightingReader, highlightTurns } from '../../../api/readers/highlighting.js';
import type { StoredDocument, View, ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { accepted } from '../asking.js';

export interface ReaderHarness {
  readonly reader: DocumentReader;
  /** Makes the set, so that searches see it when it resolves; `null` is a tombstone. */
  fill(documents: DocumentSet, stored: readonly (readonly [id: string, StoredDocument | null])[]): Promise<void>;
  /** Replaces or adds documents of a set, in the same way. */
  write(documents: DocumentSet, stored: readonly (readonly [id: string, StoredDocument | null])[]): Promise<void>;
  close(): Promise<void>;
}

let generation = 0;

/** A set of its own for each test. */
export function newSet(view: ViewName): DocumentSet {
  generation += 1;
  return { view: views[view], generation, revision: 1 };
}

/** A set with these documents (`null`: a tombstone), by id. */
export async function filled(
  harness: ReaderHarness,
  view: ViewName,
  documents: Readonly<Record<string, unknown>> | readonly (readonly [string, unknown])[],
): Promise<DocumentSet> {
  const set = newSet(view);
  const entries = Array.isArray(documents) ? documents : Object.entries(documents);
  await harness.fill(
    set,
    entries.map(([id, document]) => [id, document === null ? null : stored(set.view, document)] as const),
  );
  return set;
}

/** Replaces or adds a document (`null`: a tombstone). */
export function put(harness: ReaderHarness, set: DocumentSet, id: string, document: unknown): Promise<void> {
  return harness.write(set, [[id, document === null ? null : stored(set.view, document)]]);
}

function stored(view: View, document: unknown): StoredDocument {
  return view.toStored(document, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' });
}

const turns = highlightTurns();

export function search({ reader }: ReaderHarness, set: DocumentSet, queryString: string): Promise<Found> {
  const highlighting = new HighlightingReader(reader, Number.POSITIVE_INFINITY, turns);
  return highlighting.search(set, accepted(set.view.name, queryString).query);
}

export function idsOf(set: DocumentSet, { documents }: Found): string[] {
  return documents.map((document) => String((document as Record<string, unknown>)[set.view.queries.id.name]));
}

export async function idsFound(harness: ReaderHarness, set: DocumentSet, queryString: string): Promise<string[]> {
  return idsOf(set, await search(harness, set, queryString));
}

/** All ids, from page to page by the sort values, `size` at a time. */
export async function walk(
  harness: ReaderHarness,
  set: DocumentSet,
  queryString: string,
  size: number,
): Promise<string[]> {
  const { query } = accepted(set.view.name, queryString);
  const ids: string[] = [];
  let after: Found['next'] = null;
  do {
    // As in a cursor: what comes back went through JSON.
    const found: Found = await harness.reader.search(set, { ...query, size, after: JSON.parse(JSON.stringify(after)) });
    ids.push(...idsOf(set, found));
    after = found.next;
  } while (after !== null);
  return ids;
}
