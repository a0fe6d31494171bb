/** Large groups: what one more event costs of a customer with very many orders, and of a product sold very often. */
import { defineBench } from './declaration.js';
import { Feed } from './feed.js';
import { type Block, CASES, type Case, measureBlock } from './groups-block.js';
import { reportOnGroups } from './groups-report.js';
import { openGroups } from './groups-stage.js';
import { type OptionValues, wholeNumber } from './options.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  orders: wholeNumber(200_000, 100, 'orders of the large customer in one month, each a sale of the large product'),
  few: wholeNumber(10, 1, 'orders of the small customer, and sales of the small product'),
  events: wholeNumber(10, 1, 'events of a block; each goes out when the one before is in its document'),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not; in each, one block of every case'),
};

export const groupsBench = defineBench({
  name: 'groups',
  about:
    'what one more event costs of a customer with very many orders in one month and of a product sold very often on\n' +
    'one day, beside small ones: wall and CPU time, and the aggregation over the group apart',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureGroups(bench, options)),
});

async function measureGroups(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const feed = await Feed.open(bench.ground.kafka, bench.prefix);
  try {
    const events = options.events * (options.rounds + 1);
    const stage = await openGroups(bench, feed, { large: options.orders, few: options.few, spare: events });
    const blocks = new Map<Case, Block[]>(CASES.map((one) => [one, []]));
    for (let round = 0; round <= options.rounds; round += 1) {
      bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
      for (const one of round % 2 === 0 ? CASES : [...CASES].reverse()) {
        const block = await measureBlock(stage, one, options.events);
        bench.progress(one, `${((1000 * block.spent.seconds) / options.events).toFixed(1)} ms an event`);
        if (round > 0) blocks.get(one)?.push(block);
      }
    }
    const bytes = await stage.documentBytes();
    await stage.projector.stop();
    return `${headline(options)}\n\n${reportOnGroups(blocks, bytes)}`;
  } finally {
    await feed.close();
  }
}

function headline({ orders, few, events, rounds }: OptionValues<typeof OPTIONS>): string {
  return [
    `A customer with ${orders} orders in one month and a product sold ${orders} times on one day, beside ${few} of each.`,
    serversNote(),
    `Each case ${rounds} counted block(s) of ${events} events: an order placed (customer), an order paid (product).`,
  ].join('\n');
}
