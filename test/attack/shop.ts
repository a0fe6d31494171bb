/** A shop that goes on while it is attacked, and all that was ever published in it. */
import { Feed } from '../../bench/feed.js';
import { MixedLoad } from '../../bench/mixed-load.js';
import type { Workbench } from '../../bench/workbench.js';
import type { SampleEvent } from '../../sample/events.js';
import { hugeShop } from './huge-shop.js';

const NEW_ORDERS_PER_MILLE = 200;
const EVENT_EVERY_MS = 250;

export class Shop {
  readonly published: SampleEvent[] = [];
  private readonly load: MixedLoad;

  private constructor(
    readonly feed: Feed,
    orders: number,
    private readonly now: number,
  ) {
    this.load = new MixedLoad(orders, NEW_ORDERS_PER_MILLE, now);
  }

  /** Creates its topics and publishes its first events, the huge ones included. */
  static async open({ ground, prefix }: Workbench, orders: number): Promise<Shop> {
    const shop = new Shop(await Feed.open(ground.kafka, prefix), orders, Date.now());
    shop.published.push(...shop.load.founding(), ...hugeShop(shop.now));
    await shop.feed.publish(shop.published);
    return shop;
  }

  /** Some events a second. */
  async goOn(seconds: number): Promise<void> {
    const untilMs = performance.now() + seconds * 1000;
    while (performance.now() < untilMs) {
      for (const event of this.load.events(1)) {
        await this.feed.publishOne(event);
        this.published.push(event);
      }
      await new Promise((resolve) => setTimeout(resolve, EVENT_EVERY_MS));
    }
  }
}
