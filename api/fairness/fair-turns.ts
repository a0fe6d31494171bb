/**
 * Turns at something that does only so much at a time, and places to wait for one, fair between callers: the next turn is
 * that of the caller who has fewest. No caller takes more turns than it leaves free: alone it has at most half of them, so
 * that whoever comes next begins at once. Of places it has its share, so that whoever comes next finds one.
 */

import { CallerGone } from '../ports/errors.js';
import { Shares } from './shares.js';

/** How long a question waits for its turn before it is refused. */
export const QUEUE_WAIT_MS = 500;

export interface TurnSettings {
  /** Turns at a time. */
  readonly turnsMax: number;
  /** Callers' wishes that wait for their turn. */
  readonly placesMax: number;
  /** Of the places, as in `Shares`; 100: callers are not told apart, and one may have all turns, too. */
  readonly callerSharePercent: number;
}

/** `null` is the process itself: what it does for all is not held to anybody's share. */
export type Caller = string | null;

/** What takes a turn; `leave` gives it back, once. */
type Begin = (leave: () => void) => void;

interface Wish {
  readonly begin: Begin;
  /** Gives its place back. */
  readonly leavePlace: () => void;
}

interface Queue {
  active: number;
  /** In the order in which they came. */
  readonly wishes: Set<Wish>;
}

export class FairTurns {
  readonly #settings: TurnSettings;
  readonly #places: Shares;
  /** Of whoever has a turn or waits for one; of equals who has waited longest for a turn comes first. */
  readonly #queues = new Map<Caller, Queue>();
  #active = 0;
  #waiting = 0;

  constructor(settings: TurnSettings) {
    this.#settings = settings;
    this.#places = new Shares(settings.callerSharePercent);
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Begins at once, or when it is the caller's turn, unless it is withdrawn before.
   * @returns how to withdraw; `null` where there is no place to wait
   */
  ask(caller: Caller, begin: Begin): (() => void) | null {
    const queue = this.#queues.get(caller) ?? { active: 0, wishes: new Set<Wish>() };
    if (queue.wishes.size === 0 && this.#mayBegin(caller, queue)) {
      this.#queues.set(caller, queue);
      this.#begin(caller, queue, begin);
      return () => {};
    }
    const leavePlace = this.#takePlace(caller);
    if (leavePlace === null) return null;
    const wish = { begin, leavePlace };
    this.#queues.set(caller, queue);
    queue.wishes.add(wish);
    return () => {
      if (!queue.wishes.delete(wish)) return;
      leavePlace();
      this.#forgetIdle(caller, queue);
    };
  }

  #takePlace(caller: Caller): (() => void) | null {
    const left = this.#settings.placesMax - this.#waiting - 1;
    const release = left < 0 ? null : caller === null ? () => {} : this.#places.take(caller, left);
    if (release === null) return null;
    this.#waiting += 1;
    return () => {
      this.#waiting -= 1;
      release();
    };
  }

  #mayBegin(caller: Caller, { active }: Queue): boolean {
    const { turnsMax, callerSharePercent } = this.#settings;
    const free = turnsMax - this.#active;
    return free > 0 && (caller === null || callerSharePercent === 100 || active < free);
  }

  #begin(caller: Caller, queue: Queue, begin: Begin): void {
    queue.active += 1;
    this.#active += 1;
    let isLeft = false;
    begin(() => {
      if (isLeft) return;
      isLeft = true;
      queue.active -= 1;
      this.#active -= 1;
      this.#forgetIdle(caller, queue);
      this.#goOn();
    });
  }

  #goOn(): void {
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const [caller, queue] = next;
      const [wish] = queue.wishes;
      if (wish === undefined) throw new TypeError('Nobody waits in this queue.');
      queue.wishes.delete(wish);
      wish.leavePlace();
      // Behind all others.
      this.#queues.delete(caller);
      this.#queues.set(caller, queue);
      this.#begin(caller, queue, wish.begin);
    }
  }

  #next(): readonly [Caller, Queue] | null {
    let best: readonly [Caller, Queue] | null = null;
    for (const [caller, queue] of this.#queues) {
      if (queue.wishes.size === 0 || !this.#mayBegin(caller, queue)) continue;
      if (best === null || queue.active < best[1].active) best = [caller, queue];
    }
    return best;
  }

  #forgetIdle(caller: Caller, queue: Queue): void {
    if (queue.active === 0 && queue.wishes.size === 0) this.#queues.delete(caller);
  }
}

/** No turn comes in time, or there is no place to wait for one. */
export class NoTurn extends Error {
  override readonly name = 'NoTurn';
}

/**
 * Waits for a turn, no longer than its caller does.
 * @returns what gives it back, once
 * @throws NoTurn, after `waitMs` at the latest; CallerGone
 */
export async function turnOf(
  turns: FairTurns,
  caller: Caller,
  { signal, waitMs }: { readonly signal?: AbortSignal | undefined; readonly waitMs?: number },
): Promise<() => void> {
  if (signal?.aborted === true) throw new CallerGone();
  let withdraw: (() => void) | null = null;
  let gone = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<() => void>((resolve, reject) => {
      let isRefused = false;
      const refuse = (error: Error) => {
        isRefused = true;
        reject(error);
      };
      gone = () => refuse(new CallerGone());
      signal?.addEventListener('abort', gone, { once: true });
      if (waitMs !== undefined) timer = setTimeout(() => refuse(new NoTurn()), waitMs);
      // The turn may come before what nobody waits for any more is withdrawn.
      withdraw = turns.ask(caller, (leave) => (isRefused ? leave() : resolve(leave)));
      if (withdraw === null) refuse(new NoTurn());
    });
  } catch (error) {
    (withdraw as (() => void) | null)?.();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', gone);
  }
}
