/** How long a change of the product of all orders takes, and a bare bulk rewrite of the same documents beside it. */
import type { ViewName } from '../mappings/contract.js';
import { type FanOutStage, HOT_PRODUCT } from './fan-out-stage.js';
import type { Spent } from './measure.js';
import { type ProjectorMetrics, spentBetween } from './projector-metrics.js';
import { Rewriting, type Rewritten, requestSizes } from './rewriting.js';

export const CHANGES = ['category', 'name'] as const;
/** `category`: the documents of orders show it. `name`: those of customers do, too. */
export type Change = (typeof CHANGES)[number];

const VIEWS: Readonly<Record<Change, readonly ViewName[]>> = { category: ['orders'], name: ['orders', 'customers'] };

export interface Changed {
  readonly spent: Spent;
  /** What the projector did meanwhile. */
  readonly metrics: ProjectorMetrics;
}

/** One counted round of one change. */
export interface ChangeRound {
  readonly ours: Changed;
  readonly bare: Rewritten;
}

const LOOK_EVERY_MS = 20;

/** Each change and its rewrite are neighbours in time; who goes first changes from round to round. */
export async function measureChanges(stage: FanOutStage, rounds: number): Promise<Record<Change, ChangeRound[]>> {
  const { bench, namespace, derived } = stage;
  const measured: Record<Change, ChangeRound[]> = { category: [], name: [] };
  const rewriting = {
    category: new Rewriting(bench, namespace, derived, 'first'),
    name: new Rewriting(bench, namespace, derived, 'second'),
  };
  const sizes = new Map<Change, ReadonlyMap<ViewName, number>>();
  for (let round = 0; round <= rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${rounds}`);
    for (const change of CHANGES) {
      // The sizes of the projector's own requests are known from its first turn on.
      const rewrite = () => rewriting[change].once(sizes.get(change) ?? new Map());
      const early = round % 2 === 1 ? await rewrite() : null;
      const ours = await changeProduct(stage, change);
      if (!sizes.has(change)) sizes.set(change, sizesOf(change, ours.metrics));
      const bare = early ?? (await rewrite());
      bench.progress(change, `ours ${ours.spent.seconds.toFixed(2)} s, bare ${bare.spent.seconds.toFixed(2)} s`);
      if (round > 0) measured[change].push({ ours, bare });
    }
  }
  return measured;
}

/**
 * Timed from just before the event is handed to Kafka to when its position is durable and no job is left.
 * @throws Error when, after that, any document does not show the change.
 */
export async function changeProduct(stage: FanOutStage, change: Change): Promise<Changed> {
  const { feed, shop, projector, derived } = stage;
  const value = `x${Date.now().toString(36)}`;
  const before = await projector.metrics();
  const stopMeter = projector.startMeter();
  const step = { type: 'product.updated', data: { [change]: value } };
  const { partition, next } = await feed.publishOne(shop.next('products', HOT_PRODUCT, step, Date.now()));
  const position = new Map([[partition, next]]);
  await projector.until(LOOK_EVERY_MS, async () => (await derived.hasReached(position)) && !(await derived.hasJobs()));
  const spent = stopMeter();
  const metrics = spentBetween(before, await projector.metrics());
  await checkAllShow(stage, change, value);
  return { spent, metrics };
}

async function checkAllShow({ derived, orders, customers }: FanOutStage, change: Change, value: string): Promise<void> {
  const field = `lines.${change}`;
  const shown = await derived.count('orders', { match: { [field]: { query: value, operator: 'and' } } });
  if (shown !== orders.length) {
    throw new Error(`The fan-out is over, and ${shown} of ${orders.length} orders show the new ${change} ${value}.`);
  }
  if (change === 'category') return;
  const showing = await derived.countCustomers({ 'recentOrders.lines.name': value });
  if (showing !== customers) {
    throw new Error(`The fan-out is over, and ${showing} of ${customers} customers show the new name ${value}.`);
  }
}

function sizesOf(change: Change, metrics: ProjectorMetrics): ReadonlyMap<ViewName, number> {
  return new Map([...requestSizes(metrics)].filter(([view]) => VIEWS[change].includes(view)));
}
