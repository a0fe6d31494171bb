/**
 * Specifications of views: `given(...events).when(...events).then('orders', 'o-1', document)`. The events go through the
 * real pipeline over stores in memory, in every way of delivery that was asked for; each must end in the same document.
 */
import { expect } from 'vitest';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { liveProjection } from '../memory/projection.js';
import type { PublishedEvent } from '../recomputation-documents.js';

export type Shown = Readonly<Record<string, unknown>>;

interface Delivery {
  readonly name: string;
  readonly order: (given: readonly PublishedEvent[], when: readonly PublishedEvent[]) => readonly PublishedEvent[];
}

const IN_ORDER: Delivery = { name: 'in order', order: (given, when) => [...given, ...when] };
const BATCH_EVENTS = 3;

/** What was published before. */
export function given(...events: PublishedEvent[]): Specification {
  return new Specification(events, [], [IN_ORDER], Date.parse('2026-11-21T12:00:00Z'), 'UTC');
}

export class Specification {
  constructor(
    private readonly before: readonly PublishedEvent[],
    private readonly events: readonly PublishedEvent[],
    private readonly deliveries: readonly Delivery[],
    private readonly now: number,
    private readonly timeZone: string,
  ) {}

  /** What is published then. */
  when(...events: PublishedEvent[]): Specification {
    return new Specification(this.before, [...this.events, ...events], this.deliveries, this.now, this.timeZone);
  }

  /** Pins the clock (RFC 3339) and the business time zone. Without it, it is 2026-11-21T12:00:00Z in UTC. */
  at(time: string, businessTimeZone = 'UTC'): Specification {
    return new Specification(this.before, this.events, this.deliveries, Date.parse(time), businessTimeZone);
  }

  /** Also with every event delivered twice, the second time after all others. */
  withDuplicates(): Specification {
    return this.delivered({ name: 'twice', order: (earlier, later) => [...earlier, ...later, ...earlier, ...later] });
  }

  /** Also with the events of `when` arriving before those of `given`. */
  withLateArrival(): Specification {
    return this.delivered({ name: 'the given ones late', order: (earlier, later) => [...later, ...earlier] });
  }

  /** Also in so many random orders, the same each time. */
  shuffled(times = 20): Specification {
    const shuffles = Array.from({ length: times }, (_, i): Delivery => {
      return { name: `shuffled (${i})`, order: (earlier, later) => shuffle([...earlier, ...later], i + 1) };
    });
    return this.delivered(...shuffles);
  }

  /** The document as the API shows it, with all its fields; `null`: it is not shown. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then are the words; a forgotten one is noticed below.
  async then(view: ViewName, id: string, document: Shown | null): Promise<void> {
    // Awaited without a document, it is taken for a promise and called with functions.
    const [, reject]: readonly unknown[] = [view, id];
    if (typeof reject === 'function') {
      reject(new Error('The specification says no document: end it with .then(view, id, document).'));
      return;
    }
    await this.eachDelivery(view, id, (shown, how) => expect(shown, how).toEqual(document));
  }

  /** Some of the document's fields. */
  async thenShows(view: ViewName, id: string, fields: Shown): Promise<void> {
    await this.eachDelivery(view, id, (shown, how) => expect(shown, how).toMatchObject(fields));
  }

  private delivered(...more: Delivery[]): Specification {
    return new Specification(this.before, this.events, [...this.deliveries, ...more], this.now, this.timeZone);
  }

  private async eachDelivery(view: ViewName, id: string, check: (shown: unknown, how: string) => void): Promise<void> {
    for (const { name, order } of this.deliveries) {
      const settings = { businessTimeZone: this.timeZone, reportingCurrency: 'CNY' };
      const world = liveProjection({ now: this.now, settings });
      await world.run(order(this.before, this.events), { batch: BATCH_EVENTS, workers: 1 });
      const unreadable = [...world.quarantine.records.values()].map(({ detail }) => detail);
      expect(unreadable, 'events that do not keep the contract').toEqual([]);
      const stored = world.documents.visible({ view, revision: 1 }).get(id);
      const shown = stored === undefined ? null : views[view].fromStored(stored);
      const how = `${view}/${id}, delivered ${name}`;
      // What is absent is `null`, an absent list empty, and nothing is missing.
      if (shown !== null) expect(views[view].queries.fields.strict().safeParse(shown).error, how).toBeUndefined();
      check(shown, how);
    }
  }
}

/** Fisher–Yates with a small generator (mulberry32), so that a failure is the same failure next time. */
function shuffle<Item>(items: Item[], seed: number): Item[] {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [items[last], items[other]];
    if (a !== undefined && b !== undefined) [items[last], items[other]] = [b, a];
  }
  return items;
}
