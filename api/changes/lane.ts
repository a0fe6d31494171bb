/**
 * One view's changes on their way to the subscribers. What was announced is read anew, once for all of them and one
 * piece after the other: so what any of them is sent is never older than what it was sent before. Each view has its own
 * lane: a store that is slow holds up its own views only.
 */
import { unitedKeys } from '../../mappings/changes.js';
import type { View } from '../../mappings/contract.js';
import type { Log } from '../../runtime/log.js';
import type { LoggedChange, Places } from '../ports/changes.js';
import { AnswerTooLarge, NotReady, StoreUnavailable } from '../ports/errors.js';
import { Delivery, type Found } from './delivery.js';
import { hasReached } from './place.js';
import type { Subscription } from './subscription.js';

export interface LanePorts {
  readonly view: View;
  /** The view's documents as they are now. Rejects with `AnswerTooLarge` when several are more than are read at a time. */
  readonly read: (ids: readonly string[]) => Promise<Found>;
  /** Ends early when the signal is aborted, and then resolves as well. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Documents of one question to the store. */
  readonly readTogether: number;
  readonly log: Log;
}

/** Documents that wait to be read: beyond, subscribers are sent away and go on elsewhere where they were. */
const WAITING_MAX = 20_000;
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

/** What the log has between two places, when that is remembered. */
export type Between = (from: Places, to: Places) => readonly LoggedChange[] | null;

interface Job {
  readonly run: () => Promise<void>;
  readonly cancel: () => void;
}

export class Lane {
  readonly #ports: LanePorts;
  readonly #delivery: Delivery;
  readonly #stopped = new AbortController();
  #waiting = new Map<string, LoggedChange>();
  #places: Places;
  #offered: Places;
  #jobs: Job[] = [];
  #awaited: { readonly places: Places; readonly resolve: () => void }[] = [];
  #isWorking = false;

  constructor(ports: LanePorts, places: Places) {
    this.#ports = ports;
    this.#delivery = new Delivery(ports.view);
    this.#places = places;
    this.#offered = places;
  }

  get view(): View {
    return this.#ports.view;
  }

  /** Everything before is delivered to all who have joined. */
  get places(): Places {
    return this.#places;
  }

  /** The view's changes that come next, and where the log goes on after them. */
  offer(changes: readonly LoggedChange[], places: Places): void {
    gather(changes, this.#waiting);
    this.#offered = places;
    if (this.#waiting.size > WAITING_MAX) this.#endAll();
    void this.#work();
  }

  /**
   * Delivers the little that the subscription has missed, by what `between` remembers of the log, and from then on what
   * comes. `far`: that is not little. `ahead`: another process has brought it further than this lane has come.
   */
  join(subscription: Subscription, between: Between): Promise<'joined' | 'far' | 'ahead'> {
    return this.#inTurn(async () => {
      const { name } = this.view;
      const places = this.#places;
      const caughtUpTo = subscription.caughtUpTo(name);
      if (!hasReached(places, caughtUpTo)) return 'ahead';
      const gap = between(caughtUpTo, places);
      const missed = gap === null ? null : this.#missed(subscription, gap);
      if (missed === null || missed.length > this.#ports.readTogether) return 'far';
      // Too much for one piece: whoever is that far behind takes it in pieces, each after the one before.
      if (!(await this.#deliverMissed(subscription, missed))) return 'far';
      // Whoever has left meanwhile would stay for ever.
      if (!subscription.outlet.isOpen) return 'far';
      subscription.catchUpTo(name, places);
      subscription.join(name);
      this.#delivery.join(subscription);
      return 'joined';
    });
  }

  leave(subscription: Subscription): void {
    this.#delivery.leave(subscription);
  }

  /** Delivers what a subscription that has not joined yet has missed. @throws what reading fails with for good */
  async catchUp(subscription: Subscription, changes: readonly LoggedChange[]): Promise<void> {
    const pieces = piecesOf(this.#missed(subscription, changes), this.#ports.readTogether);
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      const own = piece;
      const isDelivered = await this.#inTurn(() => this.#deliverMissed(subscription, own));
      if (!isDelivered) pieces.unshift(...halvesOf(own));
      await subscription.outlet.drained();
    }
  }

  /** Resolves when it has come so far, or is stopped. */
  reached(places: Places): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited.push({ places, resolve });
      this.#tellReached();
    });
  }

  /** Whoever joins or catches up is told that it is over. */
  stop(): void {
    this.#stopped.abort();
    for (const { cancel } of this.#jobs) cancel();
    this.#jobs = [];
    for (const { resolve } of this.#awaited) resolve();
    this.#awaited = [];
  }

  #missed(subscription: Subscription, changes: readonly LoggedChange[]): LoggedChange[] {
    const own = changes.filter(({ view }) => view === this.view.name);
    return [...gather(own, new Map()).values()].filter((change) => this.#delivery.isMissed(change, subscription));
  }

  /** False when it is too much for one piece: nothing was sent. */
  async #deliverMissed(subscription: Subscription, missed: readonly LoggedChange[]): Promise<boolean> {
    const { outlet } = subscription;
    const found = missed.length === 0 ? null : await this.#read(missed, () => outlet.isOpen);
    if (found === 'too much') return false;
    if (found !== null) outlet.send(this.#delivery.deliverMissed(missed, found, subscription), subscription.place);
    return true;
  }

  /** Never while something else is read or delivered. @throws Error when the lane is stopped */
  #inTurn<Outcome>(job: () => Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const cancel = () => reject(new Error('The lane has been stopped.'));
      if (this.#stopped.signal.aborted) return cancel();
      this.#jobs.push({ run: () => job().then(resolve, reject), cancel });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (!this.#stopped.signal.aborted) {
      const job = this.#jobs.shift();
      if (job === undefined && this.#places === this.#offered) break;
      await job?.run();
      if (this.#places !== this.#offered) await this.#round();
    }
    this.#isWorking = false;
  }

  /** All that waits, however often it was announced: read once. */
  async #round(): Promise<void> {
    const places = this.#offered;
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    const wanted = new Set(waiting.filter((change) => this.#delivery.isWanted(change)));
    for (const change of waiting) if (!wanted.has(change)) this.#delivery.passOver(change);
    const pieces = piecesOf([...wanted], this.#ports.readTogether);
    try {
      for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
        const found = await this.#read(piece, () => this.#isHeard());
        if (found === 'too much') {
          pieces.unshift(...halvesOf(piece));
          continue;
        }
        // Whoever has the events of the last piece has heard of everything.
        if (pieces.length === 0) this.#places = places;
        if (found === null) for (const change of piece) this.#delivery.passOver(change);
        else this.#deliver(piece, found);
      }
    } catch (error) {
      this.#ports.log.error({ err: error, view: this.view.name }, 'changed documents cannot be read');
      this.#endAll();
    }
    this.#places = places;
    this.#tellReached();
  }

  #tellReached(): void {
    const isReached = ({ places }: { readonly places: Places }) => hasReached(this.#places, places);
    for (const { resolve } of this.#awaited.filter(isReached)) resolve();
    this.#awaited = this.#awaited.filter((one) => !isReached(one));
  }

  #isHeard(): boolean {
    for (const { outlet } of this.#delivery.subscriptions) if (outlet.isOpen) return true;
    return false;
  }

  #deliver(changes: readonly LoggedChange[], found: Found): void {
    for (const [subscription, events] of this.#delivery.deliver(changes, found)) {
      subscription.outlet.send(events, subscription.place);
    }
  }

  /**
   * Again and again while the store does not answer and somebody waits; `null` when nobody does any more. `too much`: of
   * several documents, which are to be read in halves.
   */
  async #read(changes: readonly LoggedChange[], isAwaited: () => boolean): Promise<Found | null | 'too much'> {
    const { signal } = this.#stopped;
    const ids = changes.map(({ id }) => id);
    for (let pauseMs = PAUSE_MS_MIN; isAwaited() && !signal.aborted; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
      try {
        return await this.#ports.read(ids);
      } catch (error) {
        if (error instanceof AnswerTooLarge && changes.length > 1) return 'too much';
        if (!(error instanceof StoreUnavailable || error instanceof NotReady)) throw error;
        await this.#ports.sleep(pauseMs, signal);
      }
    }
    return null;
  }

  #endAll(): void {
    for (const { outlet } of this.#delivery.subscriptions) outlet.end();
  }
}

/** Into one for each document: the last, with the highest ticket and the keys of all. */
function gather(changes: readonly LoggedChange[], into: Map<string, LoggedChange>): Map<string, LoggedChange> {
  for (const change of changes) {
    const before = into.get(change.id);
    if (before === undefined) {
      into.set(change.id, change);
      continue;
    }
    const ticket = Math.max(before.ticket, change.ticket);
    into.set(change.id, { ...change, ticket, keys: unitedKeys(before.keys, change.keys) });
  }
  return into;
}

function halvesOf<Item>(items: readonly Item[]): Item[][] {
  return piecesOf(items, Math.ceil(items.length / 2));
}

function piecesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const pieces: Item[][] = [];
  for (let from = 0; from < items.length; from += size) pieces.push(items.slice(from, from + size));
  return pieces;
}
