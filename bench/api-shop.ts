/** A shop whose events are all in the documents. */
import type { History } from './feed.js';
import { publishHistory } from './history.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import type { Workbench } from './workbench.js';

/** As in the sample shop. */
const EVENTS_PER_ORDER = 6;

export interface Shop {
  readonly namespace: string;
  readonly topics: History['topics'];
}

export async function openShop(bench: Workbench, orders: number): Promise<Shop> {
  const { run, ground, main, prefix } = bench;
  bench.progress('shop', `publishing the events of ${orders} orders`);
  const history = await publishHistory(ground.kafka, prefix, 'api', orders * EVENTS_PER_ORDER);
  const namespace = bench.namespace('ours');
  const environment = projectorEnvironment(ground.addresses, history.topics, namespace);
  const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
  await projector.until(100, () => ground.hasCaughtUp(namespace, history));
  await projector.stop();
  const derived = ground.derived(namespace);
  const counts = [await derived.count('orders', { match_all: {} }), await derived.count('products', { match_all: {} })];
  bench.progress('shop', `${counts[0]} orders and ${counts[1]} products can be searched`);
  return { namespace, topics: history.topics };
}
