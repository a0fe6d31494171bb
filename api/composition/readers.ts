/** What stands between the routes and the stores. */
import type { DocumentReader, StoreName } from '../ports/documents.js';
import { GuardedReader } from '../readers/guarded/reader.js';
import type { StoreGuard } from '../readers/guarded/store-guard.js';
import { HighlightingReader, highlightTurns } from '../readers/highlighting.js';

type ByStore<Thing> = Readonly<Record<StoreName, Thing>>;

export function composeReaders(
  readers: ByStore<DocumentReader>,
  guards: ByStore<StoreGuard>,
  highlightStepsMax: number,
): ByStore<DocumentReader> {
  const turns = highlightTurns();
  const composed = (store: StoreName) =>
    new HighlightingReader(new GuardedReader(readers[store], guards[store]), highlightStepsMax, turns);
  return { elasticsearch: composed('elasticsearch'), mongodb: composed('mongodb') };
}
