/** The events of a believable shop, and how they come into topics of the bench's own. */
import type { SampleEvent } from '../sample/events.js';
import { generateShop } from '../sample/shop.js';
import type { History } from './feed.js';
import type { Workbench } from './workbench.js';

/** Rather fewer than the shop yields, with its customers' and products' own events: what is too much is cut off. */
const EVENTS_PER_ORDER = 6;
const ORDERS_PER_CUSTOMER = 8;
const ORDERS_PER_PRODUCT = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

export async function publishHistory(bench: Workbench, seed: string, events: number): Promise<History> {
  const feed = await bench.feed();
  await feed.publish(shopEvents(seed, events));
  return feed.history();
}

/** The same seed and number give the same events on the same day (of UTC): the 30-day window is that of today. */
export function* shopEvents(seed: string, events: number): Generator<SampleEvent> {
  const orders = Math.ceil(events / EVENTS_PER_ORDER);
  const shop = generateShop({
    seed,
    now: Math.floor(Date.now() / DAY_MS) * DAY_MS,
    orders,
    customers: Math.ceil(orders / ORDERS_PER_CUSTOMER),
    products: Math.ceil(orders / ORDERS_PER_PRODUCT),
  });
  let left = events;
  for (const event of shop) {
    if (left === 0) return;
    left -= 1;
    yield event;
  }
}
