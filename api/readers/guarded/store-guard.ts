/**
 * Stands before a store: so many questions at a time and no more, none that takes longer than it may, and none at all
 * while the store is known not to answer. What is slow or gone costs its own callers little, and those of the other
 * store nothing.
 */
import {
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { TooLate, withinTime } from '../../deadline.js';
import { CallerGone, type StoreName, StoreRefused, StoreUnavailable } from '../../ports.js';

export interface GuardSettings {
  readonly store: StoreName;
  /** Questions that the store works on at a time. */
  readonly concurrencyMax: number;
  /** Questions that wait for their turn; more are refused at once. */
  readonly queueMax: number;
  /** How long a question waits for its turn. */
  readonly queueWaitMs: number;
  /** How long one question may take from its turn on. */
  readonly timeoutMs: number;
  /** So many questions in a row without an answer open the circuit. */
  readonly failuresMax: number;
  /** How long an open circuit asks nothing before it tries one question. */
  readonly tryAgainAfterMs: number;
}

/** How a question ended. `refused`: the store was not asked. `abandoned`: its caller went away. */
export type CallOutcome = 'answered' | 'failed' | 'refused' | 'abandoned';

export interface GuardObserver {
  /** The wait for its turn included. */
  called(store: StoreName, outcome: CallOutcome, seconds: number): void;
  /** The circuit has opened or closed. */
  changed(store: StoreName, state: GuardState): void;
}

/** `trying`: one question is asked to find out whether the store is back. */
export type GuardState = 'closed' | 'open' | 'trying';

type Question<Answer> = (signal: AbortSignal) => Promise<Answer>;

export class StoreGuard {
  readonly #settings: GuardSettings;
  readonly #observer: GuardObserver;
  readonly #bulkhead: BulkheadPolicy;
  readonly #circuit: CircuitBreakerPolicy;

  constructor(settings: GuardSettings, observer: GuardObserver) {
    this.#settings = settings;
    this.#observer = observer;
    this.#bulkhead = bulkhead(settings.concurrencyMax, settings.queueMax);
    // Neither a document that is not there nor a caller that goes away says anything about the store.
    this.#circuit = circuitBreaker(
      handleWhen((error) => error instanceof StoreUnavailable),
      { halfOpenAfter: settings.tryAgainAfterMs, breaker: new ConsecutiveBreaker(settings.failuresMax) },
    );
    this.#circuit.onStateChange(() => observer.changed(settings.store, this.state));
  }

  get store(): StoreName {
    return this.#settings.store;
  }

  get state(): GuardState {
    const { state } = this.#circuit;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.HalfOpen ? 'trying' : 'open';
  }

  /** Questions that the store works on. */
  get active(): number {
    return this.#settings.concurrencyMax - this.#bulkhead.executionSlots;
  }

  /** Questions that wait for their turn. */
  get queued(): number {
    return this.#settings.queueMax - this.#bulkhead.queueSlots;
  }

  /**
   * Asks with a signal that ends the question when its time is up or the caller goes away.
   * @throws StoreRefused without asking, StoreUnavailable, CallerGone, or what the question rejects with
   */
  async ask<Answer>(question: Question<Answer>, caller?: AbortSignal): Promise<Answer> {
    const begun = performance.now();
    const told = (outcome: CallOutcome) =>
      this.#observer.called(this.store, outcome, (performance.now() - begun) / 1000);
    try {
      const answer = await this.#inTurn(question, caller);
      told('answered');
      return answer;
    } catch (error) {
      told(outcomeOf(error));
      throw error;
    }
  }

  #inTurn<Answer>(question: Question<Answer>, caller: AbortSignal | undefined): Promise<Answer> {
    this.#refuseWhileOpen(question);
    return new Promise((resolve, reject) => {
      let hasWaitedTooLong = false;
      const wait = setTimeout(() => {
        hasWaitedTooLong = true;
        reject(new StoreRefused(this.store, 'overloaded'));
      }, this.#settings.queueWaitMs);
      const turn = async () => {
        clearTimeout(wait);
        // Told to the bulkhead by a signal, it would forget those in the queue behind.
        if (hasWaitedTooLong || caller?.aborted === true) throw new CallerGone();
        this.#refuseWhileOpen(question);
        return this.#circuit.execute(() => this.#inTime(question, caller));
      };
      this.#bulkhead.execute(turn).then(resolve, (error: unknown) => {
        clearTimeout(wait);
        reject(error instanceof BulkheadRejectedError ? new StoreRefused(this.store, 'overloaded') : error);
      });
    });
  }

  /**
   * While the circuit is open nobody waits for the store. When it is time to try again, the question is asked for its
   * own sake: its caller is refused like all others, and an answer closes the circuit for those who come next.
   */
  #refuseWhileOpen(question: Question<unknown>): void {
    const { state } = this;
    if (state === 'closed') return;
    // Rejects unless it is time; a second one would wait for the first.
    if (state === 'open') this.#circuit.execute(() => this.#inTime(question, undefined)).catch(() => {});
    throw new StoreRefused(this.store, 'circuit open');
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
      throw new StoreUnavailable(this.store, { cause: error });
    } finally {
      caller?.removeEventListener('abort', abort);
    }
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof CallerGone) return 'abandoned';
  if (error instanceof StoreRefused) return 'refused';
  // Anything else is an answer, if not a welcome one.
  return error instanceof StoreUnavailable ? 'failed' : 'answered';
}
