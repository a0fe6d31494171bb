/**
 * The public keys of whoever issues tokens (a JSON Web Key Set), remembered. A key that is not known yet is looked for
 * again, but not more often than every few seconds, whatever tokens arrive. While the keys cannot be read, those that
 * were read last go on for a day.
 */
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type LocalJWKSet,
} from 'jose';
import { AccessUnavailable } from '../../ports/access.js';

/** A key that is withdrawn is refused after this, or after one more request. */
const FRESH_MS = 10 * 60_000;
const KEPT_MAX_MS = 24 * 60 * 60_000;
/** Between two attempts for the sake of an unknown key. */
const COOLDOWN_MS = 10_000;
const COOLDOWN_AFTER_FAILURE_MS = 1_000;

export interface KeySetInputs {
  /** Rejects when the keys cannot be read or used. */
  readonly load: () => Promise<JSONWebKeySet>;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Called when the keys cannot be read, not again while that stays so. */
  readonly onFailure: (error: unknown) => void;
}

interface Loaded {
  readonly keyFor: LocalJWKSet;
  readonly at: number;
}

export class KeySet {
  readonly #inputs: KeySetInputs;
  #loaded: Loaded | null = null;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #failed = false;
  #loading: Promise<Loaded> | null = null;

  constructor(inputs: KeySetInputs) {
    this.#inputs = inputs;
  }

  /** @throws AccessUnavailable when it cannot be told, an error of jose when no key, or more than one, fits */
  readonly keyFor = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> => {
    // Without one, jose takes the only key that fits: which one was meant must not depend on how many there are.
    if (typeof header.kid !== 'string' || header.kid === '') throw new errors.JWKSNoMatchingKey();
    const { keyFor } = await this.#current();
    try {
      return await keyFor(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const renewed = await this.#newest();
      return renewed.keyFor(header, token);
    }
  };

  async #current(): Promise<Loaded> {
    const loaded = this.#loaded;
    const age = loaded === null ? Number.POSITIVE_INFINITY : this.#inputs.now() - loaded.at;
    if (loaded === null || age > KEPT_MAX_MS) return this.#newest();
    // Nobody waits for the renewal; that it failed is remembered.
    if (age > FRESH_MS && !this.#coolsDown()) this.#load().catch(() => {});
    return loaded;
  }

  async #newest(): Promise<Loaded> {
    if (this.#loading !== null || !this.#coolsDown()) return this.#load();
    if (this.#failed || this.#loaded === null) throw unavailable();
    return this.#loaded;
  }

  #coolsDown(): boolean {
    const pauseMs = this.#failed ? COOLDOWN_AFTER_FAILURE_MS : COOLDOWN_MS;
    return this.#inputs.now() - this.#attemptedAt < pauseMs;
  }

  #load(): Promise<Loaded> {
    this.#loading ??= this.#attempt().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #attempt(): Promise<Loaded> {
    this.#attemptedAt = this.#inputs.now();
    try {
      const keyFor = createLocalJWKSet(await this.#inputs.load());
      this.#loaded = { keyFor, at: this.#inputs.now() };
      this.#failed = false;
      return this.#loaded;
    } catch (error) {
      if (!this.#failed) this.#inputs.onFailure(error);
      this.#failed = true;
      throw unavailable(error);
    }
  }
}

function unavailable(cause?: unknown): AccessUnavailable {
  return new AccessUnavailable('The keys that verify tokens cannot be read.', { cause });
}
