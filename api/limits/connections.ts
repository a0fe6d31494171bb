/** How many connections there are, and how many of them come from one address. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { BoundsObserver } from '../../runtime/http/bounded-server.js';
import type { Shares } from '../fairness/shares.js';
import { EVERYBODY } from '../ports/principal.js';
import { callerOf } from './caller.js';
import type { Saturation } from './saturation.js';

/** Told of each that is closed by the server. */
export interface ConnectionsObserver {
  /** `all`: there are as many as there may be; `address`: its address has as many as leave room for others. */
  refused(limit: 'all' | 'address'): void;
  /** Its client did not take an answer in time. */
  cutOff(): void;
}

export class Connections implements BoundsObserver {
  readonly #max: number;
  readonly #shares: Shares;
  readonly #saturation: Saturation;
  readonly #observer: ConnectionsObserver;
  #count = 0;

  constructor(max: number, shares: Shares, saturation: Saturation, observer: ConnectionsObserver) {
    this.#max = max;
    this.#shares = shares;
    this.#saturation = saturation;
    this.#observer = observer;
  }

  get count(): number {
    return this.#count;
  }

  /** To be called before the server listens. */
  shareOut(server: Server): void {
    server.prependListener('connection', (socket: Socket) => {
      this.#count += 1;
      const release = this.#shares.take(callerOf(EVERYBODY, socket.remoteAddress), this.#max - this.#count);
      socket.once('close', () => {
        this.#count -= 1;
        this.#saturation.released();
        release?.();
      });
      if (release !== null) return;
      this.#observer.refused('address');
      socket.destroy();
    });
  }

  dropped(): void {
    this.#saturation.refused();
    this.#observer.refused('all');
  }

  cutOff(): void {
    this.#observer.cutOff();
  }
}
