/** One subscriber: what it wants, what it was sent, and how far it has come in each view's lane. */
import type { ViewName } from '../../mappings/contract.js';
import type { Places } from '../ports/changes.js';
import type { Choice } from './choice.js';
import { LatestMap } from './latest-map.js';
import { earliest } from './place.js';
import type { Shape } from './shape.js';

export interface ChangeEvent {
  readonly event: 'change' | 'removed';
  /** JSON. */
  readonly data: string;
}

/** The way to the subscriber. */
export interface Outlet {
  readonly isOpen: boolean;
  /** `place`: how far the subscriber has come when it has these events, of which there may be none. */
  send(events: readonly ChangeEvent[], place: Places): void;
  /** Resolves when what was sent is on its way, or nobody is there any more. */
  drained(): Promise<void>;
  /** The documents are others from now on: the subscriber begins anew. */
  reset(): void;
  /** The subscriber goes on elsewhere, where it was. */
  end(): void;
}

/** How far one view's changes have been delivered. */
export interface Progress {
  readonly view: { readonly name: ViewName };
  readonly places: Places;
}

/** What was sent last of a document; `content` is empty when it was said to be gone. */
interface Sent {
  readonly version: number;
  readonly content: string;
}

/** Hot documents come again and again while a subscriber catches up. */
const SENT_WHILE_CATCHING_UP_MAX = 10_000;
/** Afterwards only those matter that were written, and read, before they were announced. */
const SENT_MAX = 500;

export class Subscription {
  readonly choice: Choice;
  readonly shape: Shape;
  readonly outlet: Outlet;
  /** What it was sent while it caught up, by view and id. */
  readonly sent = new LatestMap<Sent>(SENT_WHILE_CATCHING_UP_MAX);
  readonly #lanes: readonly Progress[];
  readonly #caughtUpTo: Map<ViewName, Places>;
  readonly #joined = new Set<ViewName>();

  /** `lanes`: of the views that it wants. `from`: what comes before it has heard of. */
  constructor(choice: Choice, shape: Shape, outlet: Outlet, lanes: readonly Progress[], from: Places) {
    this.choice = choice;
    this.shape = shape;
    this.outlet = outlet;
    this.#lanes = lanes;
    this.#caughtUpTo = new Map(lanes.map(({ view }) => [view.name, from]));
  }

  /** What comes before it has heard of, by catching up. */
  caughtUpTo(view: ViewName): Places {
    return this.#caughtUpTo.get(view) ?? [];
  }

  catchUpTo(view: ViewName, places: Places): void {
    this.#caughtUpTo.set(view, places);
  }

  /** From now on it hears of what comes by the view's lane. */
  join(view: ViewName): void {
    this.#joined.add(view);
    if (this.#joined.size === this.#lanes.length) this.sent.limit(SENT_MAX);
  }

  /** Before these places it has heard of everything. */
  get place(): Places {
    return earliest(
      this.#lanes.map(({ view, places }) => (this.#joined.has(view.name) ? places : this.caughtUpTo(view.name))),
    );
  }
}
