/** Memory: whether the projector's stays what it is under a steady load. */
import { defineBench } from './declaration.js';
import { Feed } from './feed.js';
import { type MemorySample, reportOnMemory } from './memory-report.js';
import { MixedLoad } from './mixed-load.js';
import { OptionsError, type OptionValues, wholeNumber } from './options.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  minutes: wholeNumber(30, 1, 'how long the load goes on'),
  'warm-up-seconds': wholeNumber(300, 0, 'at the beginning, left out of the slope'),
  'events-per-second': wholeNumber(300, 1, 'the load'),
  orders: wholeNumber(20_000, 100, 'orders that are there to begin with'),
  'sample-seconds': wholeNumber(5, 1, 'time between samples'),
};

export const memoryBench = defineBench({
  name: 'memory',
  about: "the projector's resident memory under a steady load, and its slope after the warm-up",
  options: OPTIONS,
  measure: (run, progress, options) => {
    if (options['warm-up-seconds'] >= options.minutes * 60) {
      throw new OptionsError(
        '--warm-up-seconds leaves nothing of --minutes to measure: give less of the one or more of the other.',
      );
    }
    return onWorkbench(run, progress, (bench) => measureMemory(bench, options));
  },
});

/** Of a thousand events so many place an order: what is stored grows, slowly. */
const NEW_ORDERS_PER_MILLE = 100;
const SENDS_PER_SECOND = 10;

async function measureMemory(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const { run, ground, prefix, main, progress } = bench;
  const feed = await Feed.open(ground.kafka, prefix);
  try {
    const load = new MixedLoad(options.orders, NEW_ORDERS_PER_MILLE, Date.now());
    progress('shop', `publishing ${options.orders} orders`);
    await feed.publish(load.founding());
    const namespace = bench.namespace('ours');
    const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
    const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
    const derived = ground.derived(namespace);
    const hasCaughtUp = async () => derived.hasReached((await feed.history()).ends);
    await projector.until(100, hasCaughtUp);
    progress('shop', 'caught up');
    const stopMeter = projector.startMeter();
    const begun = performance.now();
    const [samples, events] = await Promise.all([
      sample(bench, projector, options, begun),
      send(feed, load, options, begun),
    ]);
    const { cpuSeconds } = stopMeter();
    // Memory of a projector that falls behind is not what a steady load takes.
    const lateBegun = performance.now();
    await projector.until(100, hasCaughtUp);
    const behindSeconds = (performance.now() - lateBegun) / 1000;
    await projector.stop();
    return `${headline(options)}\n\n${reportOnMemory(samples, { ...options, events, behindSeconds, cpuSeconds })}`;
  } finally {
    await feed.close();
  }
}

async function sample(
  { progress }: Workbench,
  projector: RunningProjector,
  options: OptionValues<typeof OPTIONS>,
  begun: number,
): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  const count = Math.floor((options.minutes * 60) / options['sample-seconds']);
  for (let i = 1; i <= count; i += 1) {
    await untilInstant(begun + i * options['sample-seconds'] * 1000);
    const { memoryBytes } = await projector.metrics();
    const seconds = (performance.now() - begun) / 1000;
    samples.push({ seconds, bytes: memoryBytes });
    if (i % 12 === 0) progress('memory', `${(memoryBytes / 1024 ** 2).toFixed(0)} MB after ${seconds.toFixed(0)} s`);
  }
  return samples;
}

/** @returns the number of events. */
async function send(
  feed: Feed,
  load: MixedLoad,
  options: OptionValues<typeof OPTIONS>,
  begun: number,
): Promise<number> {
  let sent = 0;
  for (let i = 1; i <= options.minutes * 60 * SENDS_PER_SECOND; i += 1) {
    const due = Math.floor((i * options['events-per-second']) / SENDS_PER_SECOND);
    await feed.publish(load.events(due - sent));
    sent = due;
    await untilInstant(begun + (i * 1000) / SENDS_PER_SECOND);
  }
  return sent;
}

/** On the clock of `performance.now()`. */
async function untilInstant(instantMs: number): Promise<void> {
  const waitMs = instantMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

function headline(options: OptionValues<typeof OPTIONS>): string {
  return [
    `${options['events-per-second']} events/s for ${options.minutes} minute(s) in a shop of ${options.orders} orders at first.`,
    serversNote(),
  ].join('\n');
}
