/** `projector verify`: how long it takes to look through so many documents, and whether it keeps to a pace. */
import { setTimeout } from 'node:timers/promises';
import { views } from '../mappings/registry.js';
import { type ProjectorSettings, projectorSettings } from '../projector/config.js';
import { liveOf } from '../projector/generations/generation.js';
import type { OperationServers } from '../projector/operations/compose.js';
import { type OperatedGeneration, withGenerations } from '../projector/operations/operated.js';
import { registered } from '../projector/operations/rebuilding.js';
import { withServers } from '../projector/operations/servers.js';
import { type Verification, type VerifyRequest, verify } from '../projector/operations/verifying.js';
import { createLog } from '../runtime/log.js';
import { readSettings } from '../runtime/settings.js';
import type { SampleEvent } from '../sample/events.js';
import { defineBench } from './declaration.js';
import { Feed } from './feed.js';
import { percentile, spread, table } from './figures.js';
import { type OptionValues, wholeNumber } from './options.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import { beside, type Sighting, Trickle } from './trickle.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  documents: wholeNumber(100_000, 1000, 'documents of all views together'),
  rounds: wholeNumber(3, 1, 'checks that are counted, after one that is not'),
  pace: wholeNumber(2000, 1, 'documents a second of the paced check'),
  'events-per-second': wholeNumber(50, 1, 'live events while latencies are measured'),
  'quiet-seconds': wholeNumber(20, 1, 'how long they are measured without a check'),
};

export const verifyBench = defineBench({
  name: 'verify',
  about:
    'how long it takes to compare every document with what its states make of it, beside a bare reading of the same\n' +
    'documents; with the states and the events, too; and, paced, how long live events take beside it',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureVerify(bench, options)),
});

const PAGE_DOCUMENTS = 1000;
/** Of ten documents one is a customer and one a product. */
const ORDERS_PER_CUSTOMER = 8;
const DOCUMENTS_PER_CUSTOMER = ORDERS_PER_CUSTOMER + 2;

interface Round {
  readonly seconds: number;
  readonly bareSeconds: number;
}

async function measureVerify(bench: Workbench, options: OptionValues<typeof OPTIONS>): Promise<string> {
  const { run, ground, progress, main } = bench;
  const feed = await Feed.open(ground.kafka, bench.prefix);
  const shop = new SyntheticShop('verify');
  const orders: string[] = [];
  progress('shop', `publishing ${options.documents} customers, products and orders`);
  await feed.publish(shopOf(shop, options.documents, orders));
  const namespace = bench.namespace('ours');
  const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
  const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
  const derived = ground.derived(namespace);
  const { ends } = await feed.history();
  await projector.until(100, async () => (await derived.hasReached(ends)) && !(await derived.hasJobs()));
  progress('shop', 'caught up');
  const settings = readSettings(projectorSettings, environment);
  try {
    return await withServers(settings, createLog('bench', 'error'), async (servers) => {
      const verifyOnce = (how: Partial<VerifyRequest>) => verifyServed(servers, settings, how);
      const rounds: Round[] = [];
      for (let round = 0; round <= options.rounds; round += 1) {
        progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${options.rounds}`);
        const bareSeconds = await withServed(servers, settings, readAll);
        const { tookMs } = await verifyOnce({});
        progress('check', `${(tookMs / 1000).toFixed(1)} s, bare ${bareSeconds.toFixed(1)} s`);
        if (round > 0) rounds.push({ seconds: tookMs / 1000, bareSeconds });
      }
      progress('deep', 'with the states and the events');
      const deep = await verifyOnce({ deep: true });
      const trickle = () => new Trickle(feed, derived, shop, orders, options['events-per-second']);
      progress('live', 'without a check');
      const quiet = await beside(trickle(), () => setTimeout(options['quiet-seconds'] * 1000));
      progress('live', `beside a check of ${options.pace} documents a second`);
      const paced: Verification[] = [];
      const during = await beside(trickle(), async () => {
        paced.push(await verifyOnce({ pace: options.pace }));
      });
      await projector.stop();
      return `${headline(options)}\n\n${report(rounds, deep, paced, { quiet, during })}`;
    });
  } finally {
    await feed.close();
  }
}

/** Tells the ids of its orders. */
function* shopOf(shop: SyntheticShop, documents: number, orders: string[]): Generator<SampleEvent> {
  const now = Date.now();
  const customers = Math.ceil(documents / DOCUMENTS_PER_CUSTOMER);
  for (let i = 0; i < customers; i += 1) yield shop.register(numbered('c', i), now);
  for (let i = 0; i < customers; i += 1) yield shop.create(numbered('p', i), now);
  for (let i = 0; i < customers * ORDERS_PER_CUSTOMER; i += 1) {
    const id = numbered('o', i);
    orders.push(id);
    yield shop.place(id, numbered('c', i % customers), [numbered('p', i % customers)], now);
  }
}

function withServed<Result>(
  servers: OperationServers,
  settings: ProjectorSettings,
  work: (operated: OperatedGeneration) => Promise<Result>,
): Promise<Result> {
  return withGenerations(servers, settings, createLog('bench', 'error'), async (operate) =>
    work(operate(liveOf(await registered(servers.registry)))),
  );
}

/** @throws Error when something has drifted: then it is not the speed of the check that is measured. */
async function verifyServed(
  servers: OperationServers,
  settings: ProjectorSettings,
  how: Partial<VerifyRequest>,
): Promise<Verification> {
  const all = Object.values(views).map(({ name }) => name);
  const request = { views: all, deep: false, repair: false, pace: 0, ...how };
  const found = await withServed(servers, settings, (operated) => verify(operated, request));
  if (found.faults > 0) throw new Error(`${found.faults} documents have drifted: ${JSON.stringify(found.findings)}`);
  return found;
}

/** Seconds to read every document once, and do nothing with it. */
async function readAll({ documents, record }: OperatedGeneration): Promise<number> {
  const begun = performance.now();
  for (const { name } of Object.values(views)) {
    for await (const _ of documents.pages({ view: name, revision: record.revisions[name] }, PAGE_DOCUMENTS));
  }
  return (performance.now() - begun) / 1000;
}

function headline({ documents, pace, ...live }: OptionValues<typeof OPTIONS>): string {
  return [
    `Checks of ${documents} documents, of which eight in ten are orders.`,
    serversNote(),
    'check  every document that is stored is compared with what is rendered anew from its states',
    'bare   the same documents are read once, and nothing is done with them',
    'deep   the states are compared with the events in Kafka, too, and the sums with the states',
    `paced  ${pace} documents a second, beside ${live['events-per-second']} live events a second`,
  ].join('\n');
}

interface Latencies {
  readonly quiet: readonly Sighting[];
  readonly during: readonly Sighting[];
}

function report(
  rounds: readonly Round[],
  deep: Verification,
  paced: readonly Verification[],
  { quiet, during }: Latencies,
): string {
  const seconds = ({ tookMs }: Verification) => (tookMs / 1000).toFixed(1);
  const latencies = (name: string, sightings: readonly Sighting[]) => {
    const values = sightings.map(({ latencyMs }) => latencyMs);
    return [name, String(values.length), ...[0.5, 0.99].map((share) => percentile(values, share).toFixed(0))];
  };
  return [
    table('Seconds; min / median / max', [
      [
        'check',
        spread(
          rounds.map((round) => round.seconds),
          1,
        ),
      ],
      [
        'bare',
        spread(
          rounds.map((round) => round.bareSeconds),
          1,
        ),
      ],
      [
        'check / bare',
        spread(
          rounds.map((round) => round.seconds / round.bareSeconds),
          2,
        ),
      ],
      ['deep', `${seconds(deep)}, ${deep.checked} documents, states and sums`],
      ...paced.map((found) => ['paced', `${seconds(found)}, ${found.checked} documents`]),
    ]),
    table('Live events, ms from Kafka to the answer by id', [
      ['', 'events', 'p50', 'p99'],
      latencies('without a check', quiet),
      latencies('beside a paced one', during),
    ]),
  ].join('\n\n');
}
