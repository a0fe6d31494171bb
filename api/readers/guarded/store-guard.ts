/**
 * Stands before a store: so many questions at a time and no more, none that takes longer than it may, and none at all
 * while the store is known to be away. What is slow or gone costs its own callers little, those of the other store
 * nothing; and what one caller asks, however much and however dear, costs the others little.
 */
import { TooLate, withinTime } from '../../../runtime/deadline.js';
import { FairTurns } from '../../fairness/fair-turns.js';
import type { ReadOptions, StoreName } from '../../ports/documents.js';
import { CallerGone, QuestionTooLong, StoreRefused, StoreUnavailable } from '../../ports/errors.js';
import { Circuit, type CircuitSettings, type GuardState, type Probe } from './circuit.js';

export interface GuardSettings extends CircuitSettings {
  readonly store: StoreName;
  /** Questions that the store works on at a time. */
  readonly concurrencyMax: number;
  /** Questions that wait for their turn; more are refused at once. */
  readonly queueMax: number;
  /** How much of the places to wait one caller may hold, as in `FairTurns`. */
  readonly callerSharePercent: number;
  /** How long a question waits for its turn. */
  readonly queueWaitMs: number;
  /** How long one question may take from its turn on. */
  readonly timeoutMs: number;
}

/** How a question ended. `refused`: the store was not asked. `abandoned`: its caller went away. */
export type CallOutcome = 'answered' | 'failed' | 'refused' | 'abandoned';

export interface GuardObserver {
  /** The wait for its turn included. */
  called(store: StoreName, outcome: CallOutcome, seconds: number): void;
  /** The circuit has opened or closed. */
  changed(store: StoreName, state: GuardState): void;
}

type Question<Answer> = (signal: AbortSignal) => Promise<Answer>;

export class StoreGuard {
  readonly #settings: GuardSettings;
  readonly #observer: GuardObserver;
  readonly #turns: FairTurns;
  readonly #circuit: Circuit;

  /** `probe` resolves when the store is there: cheap, and not one of the questions that wait for their turn. */
  constructor(settings: GuardSettings, probe: Probe, observer: GuardObserver) {
    this.#settings = settings;
    this.#observer = observer;
    this.#turns = new FairTurns({
      turnsMax: settings.concurrencyMax,
      placesMax: settings.queueMax,
      callerSharePercent: settings.callerSharePercent,
    });
    this.#circuit = new Circuit(settings, probe, (state) => observer.changed(settings.store, state));
  }

  get store(): StoreName {
    return this.#settings.store;
  }

  get state(): GuardState {
    return this.#circuit.state;
  }

  /** Questions that the store works on. */
  get active(): number {
    return this.#turns.active;
  }

  /** Questions that wait for their turn. */
  get queued(): number {
    return this.#turns.waiting;
  }

  /**
   * Asks with a signal that ends the question when its time is up or the caller goes away.
   * @throws StoreRefused without asking, StoreUnavailable, CallerGone, or what the question rejects with
   */
  async ask<Answer>(question: Question<Answer>, options: Partial<ReadOptions> = {}): Promise<Answer> {
    const begun = performance.now();
    const told = (outcome: CallOutcome) =>
      this.#observer.called(this.store, outcome, (performance.now() - begun) / 1000);
    try {
      this.#refuseWhileOpen();
      const answer = await this.#inTurn(() => this.#asked(question, options), options);
      told('answered');
      return answer;
    } catch (error) {
      told(outcomeOf(error));
      throw error;
    }
  }

  /** @throws StoreRefused, CallerGone before its turn has come */
  #inTurn<Answer>(turn: () => Promise<Answer>, { caller, signal }: Partial<ReadOptions>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const overloaded = () => reject(new StoreRefused(this.store, 'overloaded'));
      let withdraw: (() => void) | null = () => {};
      const gone = () => {
        withdraw?.();
        clearTimeout(wait);
        reject(new CallerGone());
      };
      const wait = setTimeout(() => {
        withdraw?.();
        signal?.removeEventListener('abort', gone);
        overloaded();
      }, this.#settings.queueWaitMs);
      signal?.addEventListener('abort', gone, { once: true });
      const waitsNoMore = () => {
        clearTimeout(wait);
        signal?.removeEventListener('abort', gone);
      };
      withdraw = this.#turns.ask(caller ?? null, (leave) => {
        waitsNoMore();
        turn().then(resolve, reject).finally(leave);
      });
      if (withdraw !== null) return;
      waitsNoMore();
      overloaded();
    });
  }

  async #asked<Answer>(question: Question<Answer>, { signal, work }: Partial<ReadOptions>): Promise<Answer> {
    if (signal?.aborted === true) throw new CallerGone();
    this.#refuseWhileOpen();
    const end = work?.begin();
    try {
      const answer = await this.#inTime(question, signal);
      this.#circuit.answered();
      end?.(true);
      return answer;
    } catch (error) {
      this.#learnFrom(error);
      end?.(!isAway(error));
      throw error;
    }
  }

  /** Nobody waits for a store that is away. */
  #refuseWhileOpen(): void {
    if (!this.#circuit.isClosed) throw new StoreRefused(this.store, 'circuit open');
  }

  /** Neither a document that is not there nor a caller that goes away says anything about the store. */
  #learnFrom(error: unknown): void {
    if (error instanceof CallerGone || error instanceof StoreRefused) return;
    if (error instanceof QuestionTooLong) this.#circuit.doubted();
    else if (isAway(error)) this.#circuit.failed();
    else this.#circuit.answered();
  }

  async #inTime<Answer>(question: Question<Answer>, caller: AbortSignal | undefined): Promise<Answer> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    caller?.addEventListener('abort', abort, { once: true });
    try {
      return await withinTime(question(controller.signal), this.#settings.timeoutMs);
    } catch (error) {
      if (caller?.aborted === true) throw new CallerGone({ cause: error });
      if (!(error instanceof TooLate)) throw error;
      controller.abort();
      throw new QuestionTooLong(this.store, { cause: error });
    } finally {
      caller?.removeEventListener('abort', abort);
    }
  }
}

/** The store is: nobody pays for what it did not do. A question that took too long is its caller's own. */
function isAway(error: unknown): boolean {
  return error instanceof StoreUnavailable && !(error instanceof QuestionTooLong);
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof CallerGone) return 'abandoned';
  if (error instanceof StoreRefused) return 'refused';
  // Anything else is an answer, if not a welcome one.
  return error instanceof StoreUnavailable ? 'failed' : 'answered';
}
