/** Growth: whether events are as fast among many orders as they are among few. */
import { defineBench } from './declaration.js';
import { Feed, type History } from './feed.js';
import { reportOnGrowth } from './growth-report.js';
import { MixedLoad } from './mixed-load.js';
import { type OptionValues, wholeNumber } from './options.js';
import { type OursOutcome, outcomeOf } from './ours.js';
import { eventsPerSecond } from './outcome.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  few: wholeNumber(50_000, 100, 'orders of the smaller shop'),
  times: wholeNumber(4, 2, 'so many times as many orders has the larger one: further shops side by side'),
  events: wholeNumber(30_000, 100, 'events that are timed in each round, in each shop'),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not'),
};

export const growthBench = defineBench({
  name: 'growth',
  about:
    'events per second with many orders there already, beside the very same events with few: two namespaces on the\n' +
    'same servers, round by round, each time a projector that starts anew',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureGrowth(bench, options)),
});

const NEW_ORDERS_PER_MILLE = 300;

/** One shop in topics and a namespace of its own. */
interface Shop {
  readonly namespace: string;
  readonly feed: Feed;
  readonly load: MixedLoad;
}

export type GrowthRound = Readonly<Record<'few' | 'many', OursOutcome>>;

async function measureGrowth(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const feeds: Feed[] = [];
  const now = Date.now();
  try {
    const shops = {
      few: await openShop(bench, 'few', new MixedLoad(options.few, NEW_ORDERS_PER_MILLE, now), feeds),
      many: await openShop(bench, 'many', new MixedLoad(options.few, NEW_ORDERS_PER_MILLE, now, options.times), feeds),
    };
    const rounds: GrowthRound[] = [];
    for (let round = 0; round <= options.rounds; round += 1) {
      bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
      const early = round % 2 === 0 ? await timedTurn(bench, shops.few, options.events) : null;
      const many = await timedTurn(bench, shops.many, options.events);
      const few = early ?? (await timedTurn(bench, shops.few, options.events));
      bench.progress('events/s', `${eventsPerSecond(few).toFixed(0)} and ${eventsPerSecond(many).toFixed(0)}`);
      if (round > 0) rounds.push({ few, many });
    }
    return `${headline(options)}\n\n${reportOnGrowth(rounds)}`;
  } finally {
    for (const feed of feeds) await feed.close();
  }
}

async function openShop(bench: Workbench, name: string, load: MixedLoad, feeds: Feed[]): Promise<Shop> {
  const feed = await Feed.open(bench.ground.kafka, `${bench.prefix}-${name}`);
  feeds.push(feed);
  bench.progress(name, 'publishing the orders');
  await feed.publish(load.founding());
  const shop = { namespace: bench.namespace(name), feed, load };
  const outcome = await catchUp(bench, shop, await feed.history());
  bench.progress(name, `caught up after ${outcome.seconds.toFixed(0)} s`);
  return shop;
}

async function timedTurn(bench: Workbench, shop: Shop, events: number): Promise<OursOutcome> {
  await shop.feed.publish(shop.load.events(events));
  return { ...(await catchUp(bench, shop, await shop.feed.history())), events };
}

/** From the projector's readiness to the last durable position; it is stopped afterwards. */
async function catchUp(bench: Workbench, { namespace, feed }: Shop, { ends, events }: History): Promise<OursOutcome> {
  const { run, ground, main } = bench;
  const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
  const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
  const stopMeter = projector.startMeter();
  const derived = ground.derived(namespace);
  await projector.until(25, () => derived.hasReached(ends));
  const outcome = outcomeOf(events, stopMeter(), projector.peakBytes, await projector.metrics());
  await projector.stop();
  return outcome;
}

function headline({ few, times, events, rounds }: OptionValues<typeof OPTIONS>): string {
  return [
    `The same ${events} events among ${few} orders and among ${few * times}, ${rounds} counted round(s).`,
    serversNote(),
    'Timed from the readiness of a projector that has just started to the last durable position.',
  ].join('\n');
}
