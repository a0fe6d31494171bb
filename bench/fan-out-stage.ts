/** A shop of which every order has the same product, caught up with by a projector that is running. */
import type { ViewName } from '../mappings/contract.js';
import type { SampleEvent } from '../sample/events.js';
import type { Derived } from './derived.js';
import type { Feed } from './feed.js';
import type { OursOutcome } from './outcome.js';
import { type RunningProjector, startCaughtUp } from './processes.js';
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

export const CHANGES = ['category', 'name'] as const;
/** `category`: the documents of orders show it. `name`: those of customers do, too. */
export type Change = (typeof CHANGES)[number];

const VIEWS: Readonly<Record<Change, readonly ViewName[]>> = { category: ['orders'], name: ['orders', 'customers'] };
/** Where a search finds what the documents of orders show. */
const INDEXED: Readonly<Record<Change, string>> = { category: 'lines.category', name: 'search.productName' };
const HOT_PRODUCT = 'p-hot';
const ORDERS_PER_CUSTOMER = 8;
const OTHER_PRODUCTS = 100;
const LOOK_EVERY_MS = 20;

export async function openStage(bench: Workbench, feed: Feed, orderCount: number): Promise<FanOutStage> {
  const shop = new SyntheticShop('fan-out');
  const orders = Array.from({ length: orderCount }, (_, i) => numbered('o', i));
  const customers = Math.ceil(orderCount / ORDERS_PER_CUSTOMER);
  bench.progress('shop', `publishing ${orderCount} orders of one product`);
  await feed.publish(events(shop, orders, customers));
  const namespace = bench.namespace('ours');
  const { projector, derived } = await startCaughtUp(bench, feed, namespace);
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

/**
 * Timed from just before the event is handed to Kafka to when its position is durable and no job is left.
 * @throws Error when, after that, any document does not show the change.
 */
export async function changeProduct(stage: FanOutStage, change: Change): Promise<OursOutcome> {
  const { feed, shop, projector, derived } = stage;
  const value = `x${Date.now().toString(36)}`;
  const outcome = await projector.measured(1, async () => {
    const step = { type: 'product.updated', data: { [change]: value } };
    const { partition, next } = await feed.publishOne(shop.next('products', HOT_PRODUCT, step, Date.now()));
    const position = new Map([[partition, next]]);
    const isOver = async () => (await derived.hasReached(position)) && !(await derived.hasJobs());
    await projector.until(LOOK_EVERY_MS, isOver);
  });
  await checkAllShow(stage, change, value);
  return outcome;
}

async function checkAllShow({ derived, orders, customers }: FanOutStage, change: Change, value: string): Promise<void> {
  const shown = await derived.count('orders', { match: { [INDEXED[change]]: { query: value, operator: 'and' } } });
  if (shown !== orders.length) {
    throw new Error(`The fan-out is over, and ${shown} of ${orders.length} orders show the new ${change} ${value}.`);
  }
  if (change === 'category') return;
  const showing = await derived.countCustomers({ 'recentOrders.lines.name': value });
  if (showing !== customers) {
    throw new Error(`The fan-out is over, and ${showing} of ${customers} customers show the new name ${value}.`);
  }
}

/** The mean number of documents that the projector sent at a time, of each view that shows the change. */
export function requestSizes(change: Change, { metrics }: OursOutcome): ReadonlyMap<ViewName, number> {
  const { documentsByView, stages } = metrics;
  const sizes = new Map<ViewName, number>();
  for (const name of VIEWS[change]) {
    const documents = documentsByView.filter(({ view }) => view === name).reduce((sum, { count }) => sum + count, 0);
    const runs = stages.find(({ stage }) => stage === `publish ${name}`)?.runs ?? 0;
    if (documents > 0 && runs > 0) sizes.set(name, Math.ceil(documents / runs));
  }
  return sizes;
}
