/**
 * Any reader, and where the words occur in what it finds. That is done here and in no store: outside of the store's time and
 * turns, at its own pace, one piece at a time in the whole process, in turn for each caller.
 */
import { setImmediate } from 'node:timers/promises';
import { FairTurns, NoTurn, QUEUE_WAIT_MS, turnOf } from '../fairness/fair-turns.js';
import { Problem } from '../http/problems.js';
import type { DocumentQuery, Found } from '../ports/document-query.js';
import type { DocumentReader, DocumentSet, ReadOptions } from '../ports/documents.js';
import { highlightsIn, type Pace } from './highlight.js';

/** A few milliseconds. */
const STEPS_AT_A_TIME = 20_000;

/** One for all readers of a process: it has one thread. */
export function highlightTurns(): FairTurns {
  // As many wait as requests are answered.
  return new FairTurns({ turnsMax: 1, placesMax: Number.POSITIVE_INFINITY, callerSharePercent: 100 });
}

export class HighlightingReader implements DocumentReader {
  readonly #reader: DocumentReader;
  readonly #stepsMax: number;
  readonly #turns: FairTurns;

  /** `stepsMax`: for one answer. */
  constructor(reader: DocumentReader, stepsMax: number, turns: FairTurns) {
    this.#reader = reader;
    this.#stepsMax = stepsMax;
    this.#turns = turns;
  }

  async search(documents: DocumentSet, query: DocumentQuery, options?: ReadOptions): Promise<Found> {
    const found = await this.#reader.search(documents, query, options);
    const { search } = query;
    if (!query.highlight || search?.kind !== 'words') return found;
    const pace = new SharedPace(this.#turns, this.#stepsMax, options);
    try {
      await pace.begin();
      return { ...found, highlights: await highlightsIn(found.documents, search, pace) };
    } finally {
      pace.end();
    }
  }

  get(documents: DocumentSet, id: string, options?: ReadOptions): Promise<unknown> {
    return this.#reader.get(documents, id, options);
  }

  ping(): Promise<void> {
    return this.#reader.ping();
  }
}

/** Works while it has the turn. */
class SharedPace implements Pace {
  readonly #turns: FairTurns;
  readonly #options: ReadOptions | undefined;
  #left: number;
  #sinceRest = 0;
  #leave: () => void = () => {};

  constructor(turns: FairTurns, stepsMax: number, options: ReadOptions | undefined) {
    this.#turns = turns;
    this.#options = options;
    this.#left = stepsMax;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  get isDue(): boolean {
    return this.#sinceRest >= STEPS_AT_A_TIME;
  }

  count(steps: number): void {
    this.#left -= steps;
    this.#sinceRest += steps;
    if (this.#options?.work !== undefined) this.#options.work.steps += steps;
  }

  /** @throws CallerGone; Problem when its turn does not come in time */
  begin(): Promise<void> {
    return this.#turn(QUEUE_WAIT_MS);
  }

  async rest(): Promise<void> {
    this.#sinceRest = 0;
    // What has arrived meanwhile comes first: the turn is kept until then, so that nobody else takes up the thread.
    await setImmediate();
    this.end();
    // What has begun goes on: to refuse it now would waste what was done.
    await this.#turn();
  }

  end(): void {
    this.#leave();
    this.#leave = () => {};
  }

  async #turn(waitMs?: number): Promise<void> {
    const { caller = null, signal } = this.#options ?? {};
    const waiting = { signal, ...(waitMs === undefined ? {} : { waitMs }) };
    this.#leave = await turnOf(this.#turns, caller, waiting).catch((error: unknown) => {
      throw error instanceof NoTurn ? crowded() : error;
    });
  }
}

function crowded(): Problem {
  return new Problem('overloaded', 'More highlights are asked for than can be made at a time. Try again, or without.');
}
