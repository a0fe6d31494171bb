/**
 * Writers, a log, a store, several API processes and subscribers in memory, each step at a time that the scheduler
 * chooses: writers merge, take a ticket, read, write and announce as the projector does, late and twice.
 */
import type { Scheduler } from 'fast-check';
import { pino } from 'pino';
import type { Choice } from '../../../api/changes/choice.js';
import { Feed } from '../../../api/changes/feed.js';
import { hasReached } from '../../../api/changes/place.js';
import { shapeOf } from '../../../api/changes/shape.js';
import type { ChangeEvent, Outlet, Subscription } from '../../../api/changes/subscription.js';
import { FairTurns } from '../../../api/fairness/fair-turns.js';
import type { Places } from '../../../api/ports/changes.js';
import { EVERYBODY } from '../../../api/ports/principal.js';
import type { ChangeKey } from '../../../mappings/changes.js';
import type { ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { customer, order } from '../documents.js';
import { MemoryChangeLog } from './memory-log.js';
import { MemoryVersions } from './memory-versions.js';

/** What an order is by its merged events; a customer only has a number. */
interface State {
  number: number;
  owner: string;
  readonly owners: Set<string>;
  isGone: boolean;
}

export interface Write {
  readonly view: 'orders' | 'customers';
  readonly id: string;
  /** `same`: the events make no difference. */
  readonly what: 'toggle' | 'same' | 'gone' | 'transfer';
  readonly owner: string;
  readonly isAnnouncedTwice: boolean;
}

export class FeedWorld {
  readonly store: MemoryVersions;
  readonly log: MemoryChangeLog;
  readonly feeds: Feed[] = [];
  readonly #states = new Map<string, State>();
  readonly #scheduler: Scheduler;
  #ticket = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.store = new MemoryVersions(() => this.#delay('store'));
    this.log = new MemoryChangeLog(2, (what) => this.#delay(what));
  }

  async startFeed(): Promise<void> {
    const feed = new Feed(
      {
        edition: '1',
        generation: 1,
        views: Object.values(views),
        log: this.log,
        past: this.log,
        pastTurns: new FairTurns({ turnsMax: 1, placesMax: Number.POSITIVE_INFINITY, callerSharePercent: 100 }),
        readerOf: (view) => (ids) => this.store.getMany({ view, generation: 1, revision: 1 }, ids),
        sleep: () => this.#delay('sleep'),
        logger: pino({ level: 'silent' }),
      },
      // So few that whoever was away reads the log, and that every piece of work has several.
      { recentMax: 2, readTogether: 1, lookForPartitionsMs: 60_000 },
    );
    await this.#scheduler.waitFor(feed.start());
    this.feeds.push(feed);
  }

  /** Goes on by itself, step by step. */
  write({ view, id, what, owner, isAnnouncedTwice }: Write): void {
    const key = `${view}/${id}`;
    const state = this.#states.get(key) ?? { number: 0, owner: 'c-1', owners: new Set(['c-1']), isGone: false };
    this.#states.set(key, state);
    if (what === 'toggle') Object.assign(state, { number: 1 - state.number, isGone: false });
    if (what === 'gone') state.isGone = true;
    if (what === 'transfer') state.owner = owner;
    state.owners.add(state.owner);
    void this.#publish(view, id, state, isAnnouncedTwice);
  }

  /** As it will be when all writers are done. */
  final(view: ViewName, id: string): object | null {
    const state = this.#states.get(`${view}/${id}`);
    if (state === undefined || state.isGone) return null;
    return view === 'orders' ? orderOf(id, state) : customer(id, { orderCount: state.number });
  }

  get ids(): readonly (readonly [ViewName, string])[] {
    return [...this.#states.keys()].map((key) => key.split('/') as [ViewName, string]);
  }

  async #publish(view: Write['view'], id: string, state: State, isAnnouncedTwice: boolean): Promise<void> {
    await this.#delay('ticket');
    this.#ticket += 1;
    const ticket = this.#ticket;
    await this.#delay('read');
    const document = this.final(view, id);
    const keys = view === 'orders' ? { customerId: [...state.owners], productId: [] } : {};
    await this.#delay('write');
    this.store.write(view, id, ticket, document);
    for (let times = isAnnouncedTwice ? 2 : 1; times > 0; times -= 1) {
      await this.#delay('announce');
      this.log.announce({ view, id, ticket, keys });
    }
  }

  #delay(what: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), what);
  }
}

function orderOf(id: string, { owner, number }: State): object {
  return order(id, {
    customer: { customerId: owner, name: null, level: null, city: null, deleted: false },
    total: number,
  });
}

interface Block {
  readonly events: readonly ChangeEvent[];
  readonly place: Places;
}

/** A client: it keeps the documents that it has chosen, by a first look at all of them and then by what it is sent. */
export class Client {
  readonly documents = new Map<string, unknown>();
  /** What must not be, as sentences. */
  readonly problems: string[] = [];
  readonly #world: FeedWorld;
  readonly #choice: Choice;
  readonly #versions = new Map<string, number>();
  #connection: { readonly feed: Feed; readonly subscription: Subscription; readonly outlet: RecordingOutlet } | null =
    null;
  #place: Places | null = null;

  constructor(world: FeedWorld, chosen: readonly ViewName[], customerId: string | null) {
    this.#world = world;
    const keys = new Map<ChangeKey, ReadonlySet<string>>();
    if (customerId !== null) keys.set('customerId', new Set([customerId]));
    this.#choice = { views: new Set(chosen), keys, principal: EVERYBODY };
  }

  /** Goes on where it was, at any process. */
  connect(feed: Feed): void {
    if (this.#connection !== null) return;
    const outlet = new RecordingOutlet();
    const from = this.#place ?? feed.placeOf(this.#choice.views);
    const subscription = feed.subscribe(this.#choice, shapeOf(EVERYBODY, null), outlet, from);
    this.#connection = { feed, subscription, outlet };
    if (this.#place === null) this.#lookAtAll();
    this.#place = from;
  }

  /** What was sent last, so many events, does not arrive. */
  disconnect(lost: number): void {
    if (this.#connection === null) return;
    const { feed, subscription, outlet } = this.#connection;
    this.#connection = null;
    outlet.isOpen = false;
    feed.leave(subscription);
    this.#take(outlet, lost);
  }

  #lookAtAll(): void {
    for (const [view, id] of this.#world.ids) {
      const document = this.#world.store.document(view, id);
      if (document !== null && this.#isChosen(view, document)) this.documents.set(`${view}/${id}`, document);
    }
  }

  /** Whether it would be among what it has chosen. */
  #isChosen(view: ViewName, document: object): boolean {
    const chosen = this.#choice.keys.get('customerId');
    if (!this.#choice.views.has(view)) return false;
    const owner = 'customer' in document ? (document.customer as { customerId: string }).customerId : null;
    const own = owner ?? (document as { customerId: string }).customerId;
    return chosen === undefined || chosen.has(own);
  }

  expected(): Map<string, unknown> {
    return new Map(
      this.#world.ids.flatMap(([view, id]) => {
        const document = this.#world.final(view, id);
        return document !== null && this.#isChosen(view, document) ? [[`${view}/${id}`, document] as const] : [];
      }),
    );
  }

  #take({ blocks }: RecordingOutlet, lost: number): void {
    const flat = blocks.flatMap(({ events, place }): [ChangeEvent | null, Places | null][] =>
      events.length === 0 ? [[null, place]] : events.map((event, i) => [event, i === events.length - 1 ? place : null]),
    );
    const contents = new Map<string, string>();
    for (const [event, place] of flat.slice(0, Math.max(0, flat.length - lost))) {
      if (event !== null) this.#apply(event, contents);
      if (place === null) continue;
      if (this.#place !== null && !hasReached(place, this.#place)) this.problems.push(`back to ${place}`);
      this.#place = place;
    }
  }

  #apply({ event, data }: ChangeEvent, contents: Map<string, string>): void {
    const { view, id, version, document } = JSON.parse(data) as {
      view: string;
      id: string;
      version?: number;
      document?: object;
    };
    const key = `${view}/${id}`;
    const content = event === 'removed' ? 'removed' : JSON.stringify(document);
    if (contents.get(key) === content) this.problems.push(`${key} was sent twice: ${content}`);
    contents.set(key, content);
    if (event === 'removed') this.documents.delete(key);
    else this.documents.set(key, document);
    if (version === undefined) return;
    const before = this.#versions.get(key) ?? 0;
    if (version < before) this.problems.push(`${key} went back from ${before} to ${version}`);
    this.#versions.set(key, version);
  }
}

class RecordingOutlet implements Outlet {
  isOpen = true;
  readonly blocks: Block[] = [];

  send(events: readonly ChangeEvent[], place: Places): void {
    if (this.isOpen) this.blocks.push({ events, place });
  }

  async drained(): Promise<void> {}

  reset(): void {
    this.end();
  }

  end(): void {
    this.isOpen = false;
  }
}
