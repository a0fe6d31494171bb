/** Reads by versions behind the guard of their store. */
import type { DocumentSet, ReadOptions, VersionedDocument, VersionReader } from '../../ports/documents.js';
import type { StoreGuard } from './store-guard.js';

export class GuardedVersions implements VersionReader {
  readonly #reader: VersionReader;
  readonly #guard: StoreGuard;

  constructor(reader: VersionReader, guard: StoreGuard) {
    this.#reader = reader;
    this.#guard = guard;
  }

  getMany(
    documents: DocumentSet,
    ids: readonly string[],
    options?: Partial<ReadOptions>,
  ): Promise<ReadonlyMap<string, VersionedDocument>> {
    return this.#guard.ask((signal) => this.#reader.getMany(documents, ids, { ...options, signal }), options);
  }
}
