/** Live events, one after another at a steady pace, and when each is seen in its document. */
import { setTimeout } from 'node:timers/promises';
import type { Derived } from './derived.js';
import type { Feed } from './feed.js';
import type { SyntheticShop } from './synthetic-shop.js';

export interface Sighting {
  /** When it was handed to Kafka, on the clock of `performance.now()`. */
  readonly publishedMs: number;
  /** From then to the first answer by id that shows it. */
  readonly latencyMs: number;
}

interface Outstanding {
  readonly trackingNo: string;
  readonly publishedMs: number;
}

/** How far apart the looks at the documents are: what is measured is at most so much, and one request, too long. */
const LOOK_EVERY_MS = 5;

export class Trickle {
  private readonly outstanding = new Map<string, Outstanding>();
  private readonly sightings: Sighting[] = [];
  private sent = 0;
  private stopping = false;

  /** @param orders placed orders that events may happen to; there are more than events can be under way. */
  constructor(
    private readonly feed: Feed,
    private readonly derived: Derived,
    private readonly shop: SyntheticShop,
    private readonly orders: readonly string[],
    private readonly eventsPerSecond: number,
  ) {}

  /** Goes on until stopped; resolves when every event was seen. */
  async run(): Promise<readonly Sighting[]> {
    await Promise.all([this.sendLoop(), this.lookLoop()]);
    return this.sightings;
  }

  stop(): void {
    this.stopping = true;
  }

  private async sendLoop(): Promise<void> {
    const begun = performance.now();
    const sends: Promise<void>[] = [];
    for (let due = begun; !this.stopping; due += 1000 / this.eventsPerSecond) {
      const waitMs = due - performance.now();
      if (waitMs > 0) await setTimeout(waitMs);
      sends.push(this.send());
    }
    await Promise.all(sends);
  }

  private async send(): Promise<void> {
    const orderId = this.orders[this.sent % this.orders.length];
    // An order whose last event was not seen yet is left out: what is seen could not be told apart.
    this.sent += 1;
    if (orderId === undefined || this.outstanding.has(orderId)) return;
    const trackingNo = `T-${this.sent}-${Math.round(performance.now())}`;
    this.outstanding.set(orderId, { trackingNo, publishedMs: performance.now() });
    await this.feed.publishOne(this.shop.ship(orderId, trackingNo, Date.now()));
  }

  private async lookLoop(): Promise<void> {
    while (!this.stopping || this.outstanding.size > 0) {
      if (this.outstanding.size > 0) await this.look();
      await setTimeout(LOOK_EVERY_MS);
    }
  }

  private async look(): Promise<void> {
    const looked = [...this.outstanding];
    const found = await this.derived.fields(
      'orders',
      'trackingNo',
      looked.map(([orderId]) => orderId),
    );
    const nowMs = performance.now();
    for (const [orderId, { trackingNo, publishedMs }] of looked) {
      if (found.get(orderId) !== trackingNo) continue;
      this.outstanding.delete(orderId);
      this.sightings.push({ publishedMs, latencyMs: nowMs - publishedMs });
    }
  }
}

/** What became of live events during something, and of that. */
export async function beside<Result>(
  trickle: Trickle,
  something: () => Promise<Result>,
): Promise<{ readonly sightings: readonly Sighting[]; readonly result: Result }> {
  const [sightings, result] = await Promise.all([trickle.run(), something().finally(() => trickle.stop())]);
  return { sightings, result };
}
