/** Refreshes of one index at a time: whoever comes during one shares the next, which begins after they came. */
import type { DocumentSet, Refresher } from '../ports/documents.js';

interface Running {
  readonly current: Promise<void>;
  next: Promise<void> | null;
}

export class CoalescedRefresher implements Refresher {
  readonly #store: Refresher;
  readonly #running = new Map<string, Running>();

  constructor(store: Refresher) {
    this.#store = store;
  }

  refresh(documents: DocumentSet): Promise<void> {
    const running = this.#running.get(keyOf(documents));
    if (running === undefined) return this.#begin(documents);
    running.next ??= running.current.catch(() => {}).then(() => this.#begin(documents));
    return running.next;
  }

  #begin(documents: DocumentSet): Promise<void> {
    const key = keyOf(documents);
    const current = this.#store.refresh(documents);
    const running: Running = { current, next: null };
    this.#running.set(key, running);
    const end = () => {
      if (running.next === null) this.#running.delete(key);
    };
    current.then(end, end);
    return current;
  }
}

function keyOf({ view, generation, revision }: DocumentSet): string {
  return `${view.name}/${generation}/${revision}`;
}
