/** Any reader behind a guard of its store. */

import type { DocumentQuery, Found } from '../../ports/document-query.js';
import type { DocumentReader, DocumentSet, GetOptions, ReadOptions } from '../../ports/documents.js';
import type { StoreGuard } from './store-guard.js';

export class GuardedReader implements DocumentReader {
  readonly #reader: DocumentReader;
  readonly #guard: StoreGuard;

  constructor(reader: DocumentReader, guard: StoreGuard) {
    this.#reader = reader;
    this.#guard = guard;
  }

  search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found> {
    return this.#guard.ask((signal) => this.#reader.search(documents, query, { ...options, signal }), options);
  }

  get(documents: DocumentSet, id: string, options?: GetOptions): Promise<unknown> {
    return this.#guard.ask((signal) => this.#reader.get(documents, id, { ...options, signal }), options);
  }

  /** Past the guard: whether the store is there is to be found out while the circuit is open, too. */
  ping(): Promise<void> {
    return this.#reader.ping();
  }
}
