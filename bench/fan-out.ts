/** Fan-out: how fast a change of one product reaches all its orders, and what live events notice of it. */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ViewName } from '../mappings/contract.js';
import { defineBench } from './declaration.js';
import { CHANGES, type Change, changeProduct, type FanOutStage, openStage, requestSizes } from './fan-out-stage.js';
import { type OptionValues, wholeNumber } from './options.js';
import type { OursOutcome } from './outcome.js';
import { recordDocuments } from './recording.js';
import { type BareOutcome, replay } from './replaying.js';
import { COSTS, comparedLatencies, comparison, DOCUMENTS_SENT, stages } from './report.js';
import { beside, Trickle } from './trickle.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  orders: wholeNumber(50_000, 100, 'orders with the product'),
  rounds: wholeNumber(3, 1, 'rounds that are counted, after one that is not'),
  'events-per-second': wholeNumber(50, 1, 'live events while latencies are measured'),
  'quiet-seconds': wholeNumber(20, 1, 'how long they are measured without a fan-out, in each round'),
};

type FanOutOptions = OptionValues<typeof OPTIONS>;

export const fanOutBench = defineBench({
  name: 'fan-out',
  about:
    'how fast a change of one product reaches all its orders, beside a bare bulk rewrite of the very same documents;\n' +
    'and how long live events take from Kafka to their documents, without a fan-out and during one',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureFanOut(bench, options)),
});

/** One counted round of one change. */
interface ChangeRound {
  readonly ours: OursOutcome;
  readonly bare: BareOutcome;
}

/** Milliseconds from Kafka to the document, of each live event. */
interface LiveEvents {
  readonly quiet: readonly number[];
  readonly during: readonly number[];
}

async function measureFanOut(bench: Workbench, options: FanOutOptions): Promise<string> {
  const feed = await bench.feed();
  const stage = await openStage(bench, feed, options.orders);
  const changes = await measureChanges(stage, options.rounds);
  const live = await measureLive(stage, options);
  await stage.projector.stop();
  return `${headline(options, stage.customers)}\n\n${report(changes, live)}`;
}

/** Each change and its rewrite are neighbours in time; who goes first changes from round to round. */
async function measureChanges(stage: FanOutStage, rounds: number): Promise<Record<Change, ChangeRound[]>> {
  const { bench } = stage;
  const measured: Record<Change, ChangeRound[]> = { category: [], name: [] };
  // The sizes of the projector's own requests are known from its first turn on.
  const sizes = new Map<Change, ReadonlyMap<ViewName, number>>();
  for (let round = 0; round <= rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${rounds}`);
    for (const change of CHANGES) {
      const rewrite = () => rewritten(stage, change, sizes.get(change) ?? new Map(), round);
      const early = round % 2 === 1 ? await rewrite() : null;
      const ours = await changeProduct(stage, change);
      if (!sizes.has(change)) sizes.set(change, requestSizes(change, ours));
      const bare = early ?? (await rewrite());
      bench.progress(change, `ours ${ours.seconds.toFixed(2)} s, bare ${bare.seconds.toFixed(2)} s`);
      if (round > 0) measured[change].push({ ours, bare });
    }
  }
  return measured;
}

/** Writes the very same documents over a copy of theirs, which the first round makes. */
async function rewritten(
  { bench, namespace }: FanOutStage,
  change: Change,
  sizes: ReadonlyMap<ViewName, number>,
  round: number,
): Promise<BareOutcome> {
  const recording = path.join(bench.run.folder, change);
  const copies = bench.namespace(`bare-${change}`);
  const record = (version: number) => recordDocuments(bench.ground.documentScan(namespace), recording, version, sizes);
  if (round === 0) {
    await record(1);
    await replay(bench, { namespace: copies, recording });
  }
  await record(round + 2);
  const bare = await replay(bench, { namespace: copies, recording, isAgain: true });
  return { ...bare, seconds: bare.seconds - bare.asideSeconds };
}

/** The first round warms up and is left out. */
async function measureLive(stage: FanOutStage, options: FanOutOptions): Promise<LiveEvents> {
  const { bench, feed, derived, shop, orders } = stage;
  const [quiet, during]: [number[], number[]] = [[], []];
  // Counted are those that were published during something: there is more to a fan-out than is timed.
  const live = async (something: () => Promise<number>): Promise<number[]> => {
    const begun = performance.now();
    const trickle = new Trickle(feed, derived, shop, orders, options['events-per-second']);
    const { sightings, result: seconds } = await beside(trickle, something);
    return sightings
      .filter(({ publishedMs }) => publishedMs <= begun + seconds * 1000)
      .map(({ latencyMs }) => latencyMs);
  };
  for (let round = 0; round <= options.rounds; round += 1) {
    bench.progress('live', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
    const seconds = options['quiet-seconds'];
    const without = await live(() => setTimeout(seconds * 1000, seconds));
    const meanwhile = await live(async () => (await changeProduct(stage, 'name')).seconds);
    if (round === 0) continue;
    quiet.push(...without);
    during.push(...meanwhile);
  }
  return { quiet, during };
}

function report(changes: Readonly<Record<Change, readonly ChangeRound[]>>, { quiet, during }: LiveEvents): string {
  return [
    ...CHANGES.map((change) =>
      comparison(
        `Another ${change}, from the event to the last document`,
        [
          ['bare', changes[change].map(({ bare }) => bare)],
          ['ours', changes[change].map(({ ours }) => ours)],
        ],
        [['wall s', ({ seconds }) => seconds, 2], DOCUMENTS_SENT, ...COSTS],
      ),
    ),
    stages('in the last fan-out of a name', changes.name.at(-1)?.ours),
    comparedLatencies('Live events, ms from Kafka to the answer by id, of all rounds', [
      ['without a fan-out', quiet],
      ['during one', during],
    ]),
  ].join('\n\n');
}

function headline(options: FanOutOptions, customers: number): string {
  return [
    `Changes of one product that is in ${options.orders} orders of ${customers} customers, ${options.rounds} counted round(s).`,
    serversNote(),
    'category  shown by order documents; ours until no fan-out job is left, bare the orders',
    'name      shown by order and customer documents; ours until no fan-out job is left, bare both views side by side',
    `live      ${options['events-per-second']} events/s, each looked for by id in Elasticsearch every few milliseconds`,
  ].join('\n');
}
