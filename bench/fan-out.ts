/** Fan-out: how fast a change of one product reaches all its orders, and what live events notice of it. */
import { defineBench } from './declaration.js';
import { measureChanges } from './fan-out-changes.js';
import { measureLive } from './fan-out-live.js';
import { reportOnFanOut } from './fan-out-report.js';
import { openStage } from './fan-out-stage.js';
import { Feed } from './feed.js';
import { type OptionValues, wholeNumber } from './options.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  orders: wholeNumber(50_000, 100, 'orders with the product'),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not'),
  'events-per-second': wholeNumber(50, 1, 'live events while latencies are measured'),
  'quiet-seconds': wholeNumber(20, 1, 'how long they are measured without a fan-out, in each round'),
};

export const fanOutBench = defineBench({
  name: 'fan-out',
  about:
    'how fast a change of one product reaches all its orders, beside a bare bulk rewrite of the very same documents;\n' +
    'and how long live events take from Kafka to their documents, without a fan-out and during one',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureFanOut(bench, options)),
});

async function measureFanOut(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const feed = await Feed.open(bench.ground.kafka, bench.prefix);
  try {
    const stage = await openStage(bench, feed, options.orders);
    const changes = await measureChanges(stage, options.rounds);
    const pace = { eventsPerSecond: options['events-per-second'], quietSeconds: options['quiet-seconds'] };
    const live = await measureLive(stage, options.rounds, pace);
    await stage.projector.stop();
    return `${headline(options, stage.customers)}\n\n${reportOnFanOut(changes, live)}`;
  } finally {
    await feed.close();
  }
}

function headline(options: OptionValues<typeof OPTIONS>, customers: number): string {
  return [
    `Changes of one product that is in ${options.orders} orders of ${customers} customers, ${options.rounds} counted round(s).`,
    serversNote(),
    'category  shown by order documents; ours until no fan-out job is left, bare the orders',
    'name      shown by order and customer documents; ours until no fan-out job is left, bare both views side by side',
    `live      ${options['events-per-second']} events/s, each looked for by id in Elasticsearch every few milliseconds`,
  ].join('\n');
}
