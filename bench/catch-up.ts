/** A projector that starts and catches up with what is in the topics. */
import type { History } from './feed.js';
import { publishHistory } from './history.js';
import type { OursOutcome } from './outcome.js';
import { RunningProjector, type Scene } from './processes.js';
import type { Workbench } from './workbench.js';

/**
 * Timed from the moment at which the projector says that it is ready to the moment at which all its durable positions
 * are the ends of the topics; it is stopped afterwards.
 */
export async function catchUp(
  bench: Workbench,
  { topics, events, ends }: History,
  namespace: string,
  nodeOptions: readonly string[] = [],
): Promise<OursOutcome> {
  const projector = await RunningProjector.start(bench, { topics, namespace }, { nodeOptions });
  const derived = bench.ground.derived(namespace);
  const outcome = await projector.measured(events, () => projector.until(25, () => derived.hasReached(ends)));
  await projector.stop();
  return outcome;
}

/** As in the sample shop. */
const EVENTS_PER_ORDER = 6;
const ALL = { match_all: {} };

/** A shop whose events are all in the documents, of which a search finds all. */
export async function openShop(bench: Workbench, orders: number): Promise<Scene> {
  bench.progress('shop', `publishing the events of ${orders} orders`);
  const history = await publishHistory(bench, 'api', orders * EVENTS_PER_ORDER);
  const namespace = bench.namespace('ours');
  await catchUp(bench, history, namespace);
  const derived = bench.ground.derived(namespace);
  const [found, products] = [await derived.count('orders', ALL), await derived.count('products', ALL)];
  bench.progress('shop', `${found} orders and ${products} products can be searched`);
  return { namespace, topics: history.topics };
}
