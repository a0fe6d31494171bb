/** How many requests the process works on at a time; beyond, a request is refused before anything is done for it. */
import type { RequestHandler } from 'express';
import { whenOver } from '../../runtime/http/over.js';
import { principalOf } from '../access/identify.js';
import type { Shares } from '../fairness/shares.js';
import { Problem } from '../http/problems.js';
import { callerOf } from './caller.js';

export interface InFlightSettings {
  readonly max: number;
  /** So many are worked on however late the event loop is; those that only wait are not among them. */
  readonly maxWhenLate: number;
  /** The event loop is late when it lasts for so long (ms). */
  readonly lateMs: number;
  /** Paths whose answers last for as long as the client likes; they are limited where they are made. */
  readonly unlimited: readonly string[];
}

/** Told of what shows whether requests get on. */
export interface InFlightObserver {
  refused(): void;
  released(): void;
}

export class InFlight {
  readonly #settings: InFlightSettings;
  readonly #lateness: { readonly lasting: number };
  readonly #shares: Shares;
  readonly #observer: InFlightObserver;
  #count = 0;
  #idle = 0;

  constructor(
    settings: InFlightSettings,
    lateness: { readonly lasting: number },
    shares: Shares,
    observer: InFlightObserver,
  ) {
    this.#settings = settings;
    this.#lateness = lateness;
    this.#shares = shares;
    this.#observer = observer;
  }

  get count(): number {
    return this.#count;
  }

  /** A request is in flight until its answer is sent, or the connection is gone. */
  readonly limit: RequestHandler = (request, response, next) => {
    if (this.#isUnlimited(request)) return next();
    if (this.#count >= this.#settings.max) {
      this.#observer.refused();
      const detail = `${this.#count} requests are being answered, as many as this process can now take on. Try again.`;
      throw new Problem('overloaded', detail);
    }
    this.#count += 1;
    whenOver(response, () => {
      this.#count -= 1;
      this.#observer.released();
    });
    next();
  };

  /** One of the requests waits for what others do. @returns what ends that; call it once */
  readonly idle = (): (() => void) => {
    this.#idle += 1;
    return () => {
      this.#idle -= 1;
    };
  };

  /** Once it is known who asks: what one caller holds leaves room for others. */
  readonly share: RequestHandler = (request, response, next) => {
    if (this.#isUnlimited(request)) return next();
    const caller = callerOf(principalOf(response), request.socket.remoteAddress);
    const left = this.#left();
    // Whoever holds nothing may have any place that there is, however late the event loop is.
    const isLate = left < 0 && this.#shares.has(caller);
    const release = isLate ? null : this.#shares.take(caller, Math.max(0, left));
    if (release === null) {
      if (isLate) this.#observer.refused();
      const detail = 'The caller has as many requests in flight as leave room for others. Try again.';
      throw new Problem('overloaded', detail);
    }
    whenOver(response, release);
    next();
  };

  #isUnlimited({ baseUrl, path }: { readonly baseUrl: string; readonly path: string }): boolean {
    return this.#settings.unlimited.includes(baseUrl + path);
  }

  /** What the thread cannot keep up with makes all wait, and is found in no queue: then fewer are taken on. */
  #left(): number {
    const { max, maxWhenLate, lateMs } = this.#settings;
    const left = max - this.#count;
    return this.#lateness.lasting > lateMs ? Math.min(left, maxWhenLate - (this.#count - this.#idle)) : left;
  }
}
