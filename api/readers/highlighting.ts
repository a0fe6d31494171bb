/**
 * Any reader, and where the words occur in what it finds. That is done here and in no store: outside of the store's time and
 * turns, at its own pace, one piece at a time in the whole process, in turn for each caller.
 */
import { setImmediate } from 'node:timers/promises';
import { CallerGone, type DocumentReader, type DocumentSet, type ReadOptions } from '../ports.js';
import { Problem } from '../problems.js';
import type { DocumentQuery, Found } from '../query/document-query.js';
import { FairTurns, QUEUE_WAIT_MS } from './guarded/fair-turns.js';
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
  async begin(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const refusal = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(crowded()), QUEUE_WAIT_MS);
    });
    try {
      await this.#turn(refusal);
    } finally {
      clearTimeout(timer);
    }
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

  /** Waits for it no longer than its caller does, nor when the other settles before. */
  async #turn(...refusal: Promise<never>[]): Promise<void> {
    const { caller = null, signal } = this.#options ?? {};
    if (signal?.aborted === true) throw new CallerGone();
    let withdraw: (() => void) | null = () => {};
    let gone = () => {};
    const left = new Promise<never>((_, reject) => {
      gone = () => reject(new CallerGone());
      signal?.addEventListener('abort', gone, { once: true });
    });
    const turn = new Promise<void>((resolve, reject) => {
      withdraw = this.#turns.ask(caller, (leave) => {
        this.#leave = leave;
        resolve();
      });
      if (withdraw === null) reject(crowded());
    });
    try {
      await Promise.race([turn, left, ...refusal]);
    } catch (error) {
      withdraw?.();
      throw error;
    } finally {
      signal?.removeEventListener('abort', gone);
    }
  }
}

function crowded(): Problem {
  return new Problem('overloaded', 'More highlights are asked for than can be made at a time. Try again, or without.');
}
