/** Growth: whether events are as fast among many orders as they are among few. */

import { catchUp } from './catch-up.js';
import { defineBench } from './declaration.js';
import type { Feed } from './feed.js';
import { MixedLoad } from './mixed-load.js';
import { type OptionValues, wholeNumber } from './options.js';
import { eventsPerSecond, type OursOutcome } from './outcome.js';
import { COSTS, comparison, SPEED, stages } from './report.js';
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

type Round = Readonly<Record<'few' | 'many', OursOutcome>>;

async function measureGrowth(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const now = Date.now();
  const shops = {
    few: await openShop(bench, 'few', new MixedLoad(options.few, NEW_ORDERS_PER_MILLE, now)),
    many: await openShop(bench, 'many', new MixedLoad(options.few, NEW_ORDERS_PER_MILLE, now, options.times)),
  };
  const rounds: Round[] = [];
  for (let round = 0; round <= options.rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
    const early = round % 2 === 0 ? await timedTurn(bench, shops.few, options.events) : null;
    const many = await timedTurn(bench, shops.many, options.events);
    const few = early ?? (await timedTurn(bench, shops.few, options.events));
    bench.progress('events/s', `${eventsPerSecond(few).toFixed(0)} and ${eventsPerSecond(many).toFixed(0)}`);
    if (round > 0) rounds.push({ few, many });
  }
  return `${headline(options)}\n\n${report(rounds)}`;
}

async function openShop(bench: Workbench, name: string, load: MixedLoad): Promise<Shop> {
  const feed = await bench.feed(name);
  bench.progress(name, 'publishing the orders');
  await feed.publish(load.founding());
  const shop = { namespace: bench.namespace(name), feed, load };
  const outcome = await catchUp(bench, await feed.history(), shop.namespace);
  bench.progress(name, `caught up after ${outcome.seconds.toFixed(0)} s`);
  return shop;
}

async function timedTurn(bench: Workbench, shop: Shop, events: number): Promise<OursOutcome> {
  await shop.feed.publish(shop.load.events(events));
  return { ...(await catchUp(bench, await shop.feed.history(), shop.namespace)), events };
}

function report(rounds: readonly Round[]): string {
  const last = rounds.at(-1);
  return [
    comparison(
      'Each shop',
      [
        ['few', rounds.map(({ few }) => few)],
        ['many', rounds.map(({ many }) => many)],
      ],
      [...SPEED, ['documents sent for an event', ({ documents, events }) => documents / events, 2], ...COSTS],
    ),
    stages('in the last round, few', last?.few),
    stages('in the last round, many', last?.many),
  ].join('\n\n');
}

function headline({ few, times, events, rounds }: OptionValues<typeof OPTIONS>): string {
  return [
    `The same ${events} events among ${few} orders and among ${few * times}, ${rounds} counted round(s).`,
    serversNote(),
    'Timed from the readiness of a projector that has just started to the last durable position.',
  ].join('\n');
}
