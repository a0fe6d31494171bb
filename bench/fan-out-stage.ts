/** A shop of which every order has the same product, caught up with by a projector that is running. */
import type { SampleEvent } from '../sample/events.js';
import type { Derived } from './derived.js';
import type { Feed } from './feed.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import type { Workbench } from './workbench.js';

export interface FanOutStage {
  readonly bench: Workbench;
  readonly feed: Feed;
  readonly shop: SyntheticShop;
  readonly projector: RunningProjector;
  readonly namespace: string;
  readonly derived: Derived;
  readonly orders: readonly string[];
  readonly customers: number;
}

export const HOT_PRODUCT = 'p-hot';
const ORDERS_PER_CUSTOMER = 8;
const OTHER_PRODUCTS = 100;

export async function openStage(bench: Workbench, feed: Feed, orderCount: number): Promise<FanOutStage> {
  const { run, ground, progress, main } = bench;
  const shop = new SyntheticShop('fan-out');
  const orders = Array.from({ length: orderCount }, (_, i) => numbered('o', i));
  const customers = Math.ceil(orderCount / ORDERS_PER_CUSTOMER);
  progress('shop', `publishing ${orderCount} orders of one product`);
  await feed.publish(events(shop, orders, customers));
  const namespace = bench.namespace('ours');
  const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
  const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
  const { ends } = await feed.history();
  const derived = ground.derived(namespace);
  await projector.until(100, async () => (await derived.hasReached(ends)) && !(await derived.hasJobs()));
  progress('shop', 'caught up');
  return { bench, feed, shop, projector, namespace, derived, orders, customers };
}

function* events(shop: SyntheticShop, orders: readonly string[], customers: number): Generator<SampleEvent> {
  const now = Date.now();
  yield shop.create(HOT_PRODUCT, now);
  for (let i = 0; i < OTHER_PRODUCTS; i += 1) yield shop.create(numbered('p', i), now);
  for (let i = 0; i < customers; i += 1) yield shop.register(numbered('c', i), now);
  for (const [i, orderId] of orders.entries()) {
    yield shop.place(orderId, numbered('c', i % customers), [HOT_PRODUCT, numbered('p', i % OTHER_PRODUCTS)], now);
  }
}
