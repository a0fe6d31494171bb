/** Large groups: what one more event costs of a customer with very many orders, and of a product sold very often. */
import { defineBench } from './declaration.js';
import { table } from './figures.js';
import { type Owner, openGroups, type Size } from './groups-stage.js';
import { type OptionValues, wholeNumber } from './options.js';
import { cpuSecondsOf, type OursOutcome } from './outcome.js';
import { comparison, type Measure, stages } from './report.js';
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

type Blocks = Readonly<Record<Owner, Record<Size, OursOutcome[]>>>;

const OWNERS: readonly Owner[] = ['customer', 'product'];
const CASES = OWNERS.flatMap((owner) => (['small', 'large'] as const).map((size) => ({ owner, size })));

async function measureGroups(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const feed = await bench.feed();
  const events = options.events * (options.rounds + 1);
  const stage = await openGroups(bench, feed, { large: options.orders, few: options.few, spare: events });
  const blocks: Blocks = { customer: { small: [], large: [] }, product: { small: [], large: [] } };
  for (let round = 0; round <= options.rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
    for (const { owner, size } of round % 2 === 0 ? CASES : [...CASES].reverse()) {
      const block = await stage.block(owner, size, options.events);
      bench.progress(`${owner} ${size}`, `${((1000 * block.seconds) / options.events).toFixed(1)} ms an event`);
      if (round > 0) blocks[owner][size].push(block);
    }
  }
  const bytes = await stage.documentBytes();
  await stage.projector.stop();
  return `${headline(options)}\n\n${report(blocks, bytes)}`;
}

/** The stage in which a group's members are read and summed, and the sum is written. */
const AGGREGATION = 'rollup';

const perEvent = (seconds: number | null, { events }: OursOutcome) => seconds && (1000 * seconds) / events;
const aggregation = ({ metrics }: OursOutcome) =>
  metrics.stages.find(({ stage }) => stage === AGGREGATION)?.seconds ?? 0;

const MEASURES: readonly Measure<OursOutcome>[] = [
  ['wall', (block) => perEvent(block.seconds, block), 1],
  ['of it the aggregation', (block) => perEvent(aggregation(block), block), 1],
  ['apart from it', (block) => perEvent(block.seconds - aggregation(block), block), 1],
  ['CPU, projector', (block) => perEvent(block.cpuOwnSeconds, block), 1],
  ['CPU, with servers', (block) => perEvent(cpuSecondsOf(block), block), 1],
];

function report(blocks: Blocks, bytes: Readonly<Record<Size, number>>): string {
  return [
    ...OWNERS.map((owner) =>
      comparison(
        `Milliseconds for one event of a ${owner}, from Kafka to the document`,
        [
          ['small', blocks[owner].small],
          ['large', blocks[owner].large],
        ],
        MEASURES,
      ),
    ),
    ...CASES.map(({ owner, size }) => stages(`in the last block, ${owner} ${size}`, blocks[owner][size].at(-1))),
    table('The document of the customer, bytes', [
      ['large', String(bytes.large)],
      ['small', String(bytes.small)],
    ]),
  ].join('\n\n');
}

function headline({ orders, few, events, rounds }: OptionValues<typeof OPTIONS>): string {
  return [
    `A customer with ${orders} orders in one month and a product sold ${orders} times on one day, beside ${few} of each.`,
    serversNote(),
    `Each case ${rounds} counted block(s) of ${events} events: an order placed (customer), an order paid (product).`,
  ].join('\n');
}
