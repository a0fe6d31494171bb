/**
 * How large a page of documents is, before it is asked for: Elasticsearch makes the whole of a page before its first byte,
 * whatever becomes of it. Where no document is large enough to matter, nothing is asked.
 */

import type { DocumentQuery } from '../ports/document-query.js';
import type { DocumentSet, ReadOptions, SizeReader } from '../ports/documents.js';
import { AnswerTooLarge } from '../ports/errors.js';
import type { StoreGuard } from './guarded/store-guard.js';

/** A page that cannot have more is not looked at. */
export const LARGE_PAGE_BYTES = 1_048_576;
/** How long it is believed that no document is larger. */
const LARGEST_AGE_MS = 10_000;

interface Largest {
  /** `null`: it has not been told yet. */
  bytes: number | null;
  askedAt: number;
  asked: Promise<void>;
}

export class LargePages {
  readonly #reader: SizeReader;
  readonly #guard: StoreGuard;
  readonly #now: () => number;
  /** By the set of documents. */
  readonly #largest = new Map<string, Largest>();

  constructor(reader: SizeReader, guard: StoreGuard, now: () => number = () => performance.now()) {
    this.#reader = reader;
    this.#guard = guard;
    this.#now = now;
  }

  /**
   * Bytes of the large documents in the page, 0 where they do not matter.
   * @throws AnswerTooLarge when it is certain to have more than `bytesMax`; as `StoreGuard.ask`
   */
  async bytesOf(documents: DocumentSet, query: DocumentQuery, options: ReadOptions): Promise<number> {
    // One document more is read than is shown.
    if ((await this.#largestOf(documents)) * (query.size + 1) <= LARGE_PAGE_BYTES) return 0;
    const bytes = await this.#guard.ask(
      (signal) => this.#reader.bytesOf(documents, query, { ...options, signal }),
      options,
    );
    const { bytesMax = Number.POSITIVE_INFINITY } = options;
    // Of what is left out, nobody knows how much that is.
    if (bytes > bytesMax && query.without.length === 0) throw new AnswerTooLarge(bytesMax);
    return bytes;
  }

  /** Only the first question waits for it; what the store does not tell is as it was before. */
  async #largestOf(documents: DocumentSet): Promise<number> {
    const { view, generation, revision } = documents;
    const key = `${view.name}/${generation}/${revision}`;
    let largest = this.#largest.get(key);
    if (largest === undefined) {
      largest = { bytes: null, askedAt: Number.NEGATIVE_INFINITY, asked: Promise.resolve() };
      this.#largest.set(key, largest);
    }
    if (this.#now() - largest.askedAt >= LARGEST_AGE_MS) {
      largest.askedAt = this.#now();
      largest.asked = this.#ask(documents, largest);
    }
    if (largest.bytes === null) await largest.asked;
    return largest.bytes ?? 0;
  }

  async #ask(documents: DocumentSet, largest: Largest): Promise<void> {
    try {
      largest.bytes = await this.#guard.ask((signal) => this.#reader.largest(documents, { signal }));
    } catch {
      // The store's guard has learnt of it, and whoever reads the page will be told.
    }
  }
}
