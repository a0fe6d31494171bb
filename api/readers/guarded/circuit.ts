/**
 * Whether a store is asked at all. It is left alone when it is away: when it refuses one question after the other, or when
 * a question had no answer in time and the store does not even answer a probe. A question alone proves nothing: it may be
 * one that takes for ever. A probe is cheap, and asks for nothing that a caller chose.
 */

/** `trying`: a probe finds out whether the store is back. */
export type GuardState = 'closed' | 'open' | 'trying';

export interface CircuitSettings {
  /** So many failures in a row open the circuit. */
  readonly failuresMax: number;
  /** How long an open circuit asks nothing before the store is probed. */
  readonly tryAgainAfterMs: number;
  /** How long a probe may take. */
  readonly probeTimeoutMs: number;
}

/** Rejects when the store does not answer. */
export type Probe = () => Promise<void>;

/** A process that is late itself reads answers late: it waits for so many pieces of time, each begun when the last was over. */
const PATIENCE_PIECES = 10;

export class Circuit {
  readonly #settings: CircuitSettings;
  readonly #probe: Probe;
  readonly #changed: (state: GuardState) => void;
  #state: GuardState = 'closed';
  #failures = 0;
  #openedAt = 0;
  #isProbing = false;
  /** Answers so far: one that comes while a probe is under way says as much as the probe's. */
  #answers = 0;

  constructor(settings: CircuitSettings, probe: Probe, changed: (state: GuardState) => void) {
    this.#settings = settings;
    this.#probe = probe;
    this.#changed = changed;
  }

  /** Asked before each question: while the circuit is open, that is when the store is probed again. */
  get isClosed(): boolean {
    if (this.#state === 'open' && performance.now() - this.#openedAt >= this.#settings.tryAgainAfterMs) {
      this.#become('trying');
      this.#find();
    }
    return this.#state === 'closed';
  }

  get state(): GuardState {
    return this.#state;
  }

  answered(): void {
    this.#answers += 1;
    this.#failures = 0;
  }

  /** The store said, or showed, that it is away. */
  failed(): void {
    this.#failures += 1;
    if (this.#state === 'closed' && this.#failures >= this.#settings.failuresMax) this.#open();
  }

  /** A question had no answer in time. */
  doubted(): void {
    if (this.#state === 'closed') this.#find();
  }

  /** One probe at a time, whatever for. */
  async #find(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const before = this.#answers;
    const isThere = await this.#probed();
    this.#isProbing = false;
    if (!isThere && (this.#state !== 'closed' || this.#answers === before)) this.#open();
    else if (this.#state === 'trying') this.#close();
  }

  async #probed(): Promise<boolean> {
    const outcome = this.#probe().then(
      () => true,
      () => false,
    );
    for (let piece = 0; piece < PATIENCE_PIECES; piece += 1) {
      const isThere = await Promise.race([outcome, elapsed(this.#settings.probeTimeoutMs / PATIENCE_PIECES)]);
      if (isThere !== null) return isThere;
    }
    return false;
  }

  #open(): void {
    this.#openedAt = performance.now();
    if (this.#state !== 'open') this.#become('open');
  }

  #close(): void {
    this.#failures = 0;
    this.#become('closed');
  }

  #become(state: GuardState): void {
    this.#state = state;
    this.#changed(state);
  }
}

function elapsed(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}
