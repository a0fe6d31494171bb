/** The clock: how long it takes, with no event at all, until the sales of a day that has left the window are gone. */

import { freePorts } from '../stack/ports.js';
import { defineBench } from './declaration.js';
import type { Derived } from './derived.js';
import { EmbeddedProjector } from './embedded-projector.js';
import { Feed } from './feed.js';
import { type OptionValues, wholeNumber } from './options.js';
import { METERED_SERVERS } from './outcome.js';
import { readMetrics, spentBetween } from './projector-metrics.js';
import { Rewriting, requestSizes } from './rewriting.js';
import { PROJECTOR, projectorEnvironment } from './running-projector.js';
import { reportOnSweep, type Swept } from './sweep-report.js';
import { MovedClock, type SweptDay, sweptDays, sweptShop } from './sweep-shop.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  products: wholeNumber(100_000, 20, 'products with sales on each day that leaves the window'),
  days: wholeNumber(2, 1, 'midnights; at the first one the month changes, too'),
};

export const sweepBench = defineBench({
  name: 'sweep',
  about:
    'how long it takes from midnight, with no event at all, until the documents of all products have moved: the clock\n' +
    'of a projector within the bench is moved; beside it a bare bulk rewrite of the same documents',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureSweep(bench, options)),
});

interface Stage {
  readonly bench: Workbench;
  readonly products: number;
  readonly clock: MovedClock;
  readonly projector: EmbeddedProjector;
  readonly admin: string;
  readonly derived: Derived;
  readonly rewriting: Rewriting;
}

const HOUR_MS = 60 * 60_000;
const LOOK_EVERY_MS = 25;

async function measureSweep(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const timeZone = process.env.BUSINESS_TIME_ZONE || 'UTC';
  const [eve, ...days] = sweptDays(options.days, timeZone, Date.now());
  if (eve === undefined) throw new Error('There is always an eve.');
  const feed = await Feed.open(bench.ground.kafka, bench.prefix);
  try {
    bench.progress('shop', `publishing the sales of ${options.products} products on ${options.days} day(s)`);
    await feed.publish(sweptShop(options.products, options.days, eve.day, timeZone));
    const stage = await openStage(bench, feed, options.products, eve);
    const swept: Swept[] = [];
    for (const day of days) {
      swept.push(await passMidnight(stage, day));
      bench.progress(day.day, `all documents moved after ${swept.at(-1)?.spent.seconds.toFixed(1)} s`);
    }
    await stage.projector.stop();
    return `${headline(options, timeZone)}\n\n${reportOnSweep(options.products, swept)}`;
  } finally {
    await feed.close();
  }
}

async function openStage(bench: Workbench, feed: Feed, products: number, eve: SweptDay): Promise<Stage> {
  const { ground } = bench;
  const namespace = bench.namespace('ours');
  const clock = new MovedClock(eve.begins + HOUR_MS);
  const [port = 0] = await freePorts(1);
  const environment = { ...projectorEnvironment(ground.addresses, feed.topics, namespace), ADMIN_PORT: String(port) };
  const projector = await EmbeddedProjector.start(environment, { clock });
  const { ends } = await feed.history();
  const derived = ground.derived(namespace);
  await projector.until(100, () => derived.hasReached(ends));
  await projector.until(100, async () => (await derived.dayMark())?.day === eve.day);
  await checkAllSay(derived, products, eve);
  bench.progress('shop', 'caught up');
  const rewriting = new Rewriting(bench, namespace, derived, 'copy');
  return { bench, products, clock, projector, admin: `http://127.0.0.1:${port}`, derived, rewriting };
}

async function passMidnight(stage: Stage, day: SweptDay): Promise<Swept> {
  const { bench, clock, projector, admin, derived, rewriting, products } = stage;
  const before = await readMetrics(admin);
  const mark = await derived.dayMark();
  const stopMeter = bench.run.startMeter(METERED_SERVERS);
  const cpuBefore = process.cpuUsage();
  const midnight = performance.now();
  clock.moveTo(day.begins);
  await projector.until(LOOK_EVERY_MS, async () => (await derived.dayMark())?.leasedUntil !== mark?.leasedUntil);
  const waitedSeconds = (performance.now() - midnight) / 1000;
  await projector.until(LOOK_EVERY_MS, async () => (await derived.dayMark())?.day === day.day);
  const { seconds, cpuSeconds } = stopMeter();
  const { user, system } = process.cpuUsage(cpuBefore);
  const metrics = spentBetween(before, await readMetrics(admin));
  await checkAllSay(derived, products, day);
  const bare = await rewriting.once(requestSizes(metrics));
  const spent = { seconds, cpuSeconds: { ...cpuSeconds, [PROJECTOR]: (user + system) / 1e6 } };
  return { day: day.day, waitedSeconds, spent, metrics, bare };
}

/** @throws Error when a product's document does not say what it has to on that day. */
async function checkAllSay(derived: Derived, products: number, { day, sales30d, salesLastMonth }: SweptDay) {
  const filter = [{ term: { sales30d } }, { term: { salesLastMonth } }];
  const right = await derived.count('products', { bool: { filter } });
  if (right !== products) {
    const expected = `${sales30d} sales in 30 days and ${salesLastMonth} last month`;
    throw new Error(`On ${day} ${right} of ${products} products have ${expected}.`);
  }
}

function headline({ products, days }: OptionValues<typeof OPTIONS>, timeZone: string): string {
  return [
    `${products} products with sales on each day that leaves the window, ${days} midnight(s) in ${timeZone}, no event.`,
    serversNote(),
    'The projector runs within the bench, whose looks at it are in its CPU time. At the first midnight the month changes.',
  ].join('\n');
}
