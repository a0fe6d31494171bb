/**
 * The changes of one edition of the documents: the log is followed once for all subscribers of the process, and each
 * view's changes go down its lane. Whoever was away catches up first, out of memory or out of the log.
 */
import type { View, ViewName } from '../../mappings/contract.js';
import type { Log } from '../../runtime/log.js';
import { limitedInTime } from '../../runtime/time-limit.js';
import type { FairTurns } from '../fairness/fair-turns.js';
import type { ChangeLog, LoggedChange, LogPiece, Places } from '../ports/changes.js';
import { moved } from '../ports/changes.js';
import { LogGone } from '../ports/errors.js';
import type { Choice } from './choice.js';
import { type Between, Lane, type LanePorts } from './lane.js';
import { type Edition, earliest, hasReached } from './place.js';
import { RecentChanges } from './recent-changes.js';
import type { Shape } from './shape.js';
import { type Outlet, Subscription } from './subscription.js';

export interface FeedPorts {
  readonly edition: Edition;
  readonly generation: number;
  readonly views: readonly View[];
  /** Followed for as long as the feed is there. */
  readonly log: ChangeLog;
  /** Read by those who were away for long; on another connection, which following does not hold up. */
  readonly past: ChangeLog;
  /** So many read the past at a time. */
  readonly pastTurns: FairTurns;
  readonly readerOf: (view: View) => LanePorts['read'];
  readonly sleep: LanePorts['sleep'];
  readonly logger: Log;
}

export interface FeedSettings {
  /** Of each partition, kept in memory. */
  readonly recentMax: number;
  /** Documents of one question to a store. */
  readonly readTogether: number;
  /** Partitions that were added are found after so long. */
  readonly lookForPartitionsMs: number;
}

const FOLLOW_AGAIN_MS = 1_000;

export class Feed {
  readonly #ports: FeedPorts;
  readonly #settings: FeedSettings;
  readonly #subscriptions = new Set<Subscription>();
  readonly #stopped = new AbortController();
  #lanes: ReadonlyMap<ViewName, Lane> = new Map();
  #recent = new RecentChanges(0, []);
  #places: Places = [];
  #backlog: Places = [];
  #caughtUp: () => void = () => {};

  constructor(ports: FeedPorts, settings: FeedSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  get edition(): Edition {
    return this.#ports.edition;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /**
   * Resolves when the end of the log, as it was at the call, is in memory; then it follows by itself until stopped.
   * @throws LogUnavailable
   */
  async start(): Promise<void> {
    await this.#begin();
    const caughtUp = new Promise<void>((resolve) => {
      this.#caughtUp = resolve;
    });
    this.#announceCaughtUp();
    void this.#follow();
    await caughtUp;
  }

  stop(): void {
    this.#stopped.abort();
    for (const lane of this.#lanes.values()) lane.stop();
    this.#caughtUp();
  }

  /** Every subscriber is told that the documents are others from now on. */
  reset(): void {
    for (const { outlet } of this.#subscriptions) outlet.reset();
  }

  endAll(): void {
    for (const { outlet } of this.#subscriptions) outlet.end();
  }

  /** Whether the log still has, and has by now, all that follows the places. */
  async has(places: Places): Promise<boolean> {
    if (this.#recent.between(places, this.#places) !== null && hasReached(this.#places, places)) return true;
    const ranges = await this.#ports.past.ranges(this.#ports.generation);
    return (
      places.length <= ranges.length &&
      ranges.every(({ earliest: first, end }, partition) => {
        const place = places[partition] ?? 0;
        return place >= first && place <= end;
      })
    );
  }

  /** Where a subscriber of these views begins that wants what comes. */
  placeOf(views: Iterable<ViewName>): Places {
    return earliest(this.#lanesOf(views).map(({ places }) => places));
  }

  /** From the places on, until the outlet is closed and `leave` is called. */
  subscribe(choice: Choice, shape: Shape, outlet: Outlet, from: Places): Subscription {
    const subscription = new Subscription(choice, shape, outlet, this.#lanesOf(choice.views), from);
    this.#subscriptions.add(subscription);
    for (const lane of this.#lanesOf(choice.views)) {
      this.#catchUp(subscription, lane).catch((error: unknown) => {
        // What was forgotten meanwhile, or cannot be read now: the subscriber asks again and is told.
        this.#ports.logger.debug({ err: error }, 'a subscriber could not catch up');
        outlet.end();
      });
    }
    return subscription;
  }

  leave(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    for (const lane of this.#lanes.values()) lane.leave(subscription);
  }

  *[Symbol.iterator](): Iterator<Subscription> {
    yield* this.#subscriptions;
  }

  #lanesOf(views: Iterable<ViewName>): Lane[] {
    return [...views].flatMap((view) => this.#lanes.get(view) ?? []);
  }

  async #begin(): Promise<void> {
    const { generation, views, log, readerOf, sleep, logger } = this.#ports;
    const { recentMax, readTogether } = this.#settings;
    const ranges = await log.ranges(generation);
    this.#backlog = ranges.map(({ end }) => end);
    this.#places = ranges.map(({ earliest: first, end }) => Math.max(first, end - recentMax));
    this.#recent = new RecentChanges(recentMax, this.#places);
    this.#lanes = new Map(
      views.map((view) => [
        view.name,
        new Lane({ view, read: readerOf(view), sleep, readTogether, log: logger }, this.#places),
      ]),
    );
  }

  /** For good. After a failure it goes on where it was, or, when that is forgotten, with everybody gone, anew. */
  async #follow(): Promise<void> {
    const { generation, log, sleep, logger } = this.#ports;
    const { lookForPartitionsMs } = this.#settings;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#includeNewPartitions();
        const follow = (forSomeTime: AbortSignal) =>
          log.follow(generation, this.#places, (piece) => this.#take(piece), forSomeTime);
        await limitedInTime(lookForPartitionsMs, follow, signal);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, 'the log of changes cannot be followed, trying again');
        if (error instanceof LogGone) await this.#beginAnew();
        await sleep(FOLLOW_AGAIN_MS, signal);
      }
    }
  }

  async #includeNewPartitions(): Promise<void> {
    const ranges = await this.#ports.log.ranges(this.#ports.generation);
    const added = [...ranges.keys()].slice(this.#places.length);
    if (added.length > 0) this.#take({ changes: [], next: new Map(added.map((partition) => [partition, 0])) });
  }

  async #beginAnew(): Promise<void> {
    this.endAll();
    for (const lane of this.#lanes.values()) lane.stop();
    await this.#begin().catch((error: unknown) => {
      this.#ports.logger.debug({ err: error }, 'the log of changes cannot be read');
    });
  }

  #take(piece: LogPiece): void {
    this.#recent.add(piece);
    this.#places = moved(this.#places, piece.next);
    for (const lane of this.#lanes.values()) lane.offer(changesOf(piece, lane.view.name), this.#places);
    this.#announceCaughtUp();
  }

  #announceCaughtUp(): void {
    if (hasReached(this.#places, this.#backlog)) this.#caughtUp();
  }

  /** Until it has joined the lane. */
  async #catchUp(subscription: Subscription, lane: Lane): Promise<void> {
    const view = lane.view.name;
    const between: Between = (from, to) => this.#recent.between(from, to)?.changes ?? null;
    while (subscription.outlet.isOpen) {
      const outcome = await lane.join(subscription, between);
      if (outcome === 'joined') return;
      if (outcome === 'ahead') {
        await lane.reached(subscription.caughtUpTo(view));
        continue;
      }
      const from = subscription.caughtUpTo(view);
      const piece = await this.#read(from, lane.places);
      await lane.catchUp(subscription, piece.changes);
      subscription.catchUpTo(view, moved(from, piece.next));
      subscription.outlet.send([], subscription.place);
    }
  }

  async #read(from: Places, to: Places): Promise<LogPiece> {
    const { past, pastTurns, generation } = this.#ports;
    const recent = this.#recent.between(from, to);
    if (recent !== null) return recent;
    return new Promise((resolve, reject) => {
      pastTurns.ask(null, (leave) => past.read(generation, from, to).then(resolve, reject).finally(leave));
    });
  }
}

function changesOf({ changes }: LogPiece, view: ViewName): LoggedChange[] {
  return changes.filter((change) => change.view === view);
}
