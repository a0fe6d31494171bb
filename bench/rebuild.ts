/** Rebuilds: how fast, beside the bare limit; what live events notice; and how long a switch takes. */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { views } from '../mappings/registry.js';
import { withServers } from '../projector/composition/servers.js';
import { projectorSettings } from '../projector/composition/settings.js';
import { createLog } from '../runtime/log.js';
import { readSettings } from '../runtime/settings.js';
import { defineBench } from './declaration.js';
import type { Feed } from './feed.js';
import { table } from './figures.js';
import { shopEvents } from './history.js';
import { type OptionValues, wholeNumber } from './options.js';
import { projectorEnvironment, startCaughtUp } from './processes.js';
import { type RebuildPhase, type RebuildRun, runRebuild, runSwitches, type SwitchRun } from './rebuild-run.js';
import { recordDocuments } from './recording.js';
import { replay } from './replaying.js';
import { comparedLatencies, measurements } from './report.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import { beside, type Sighting, Trickle } from './trickle.js';
import { onWorkbench, serversNote, type Workbench } from './workbench.js';

const OPTIONS = {
  events: wholeNumber(100_000, 1000, 'events of the history'),
  rounds: wholeNumber(3, 1, 'rebuilds at full speed that are counted, after one that is not'),
  'events-per-second': wholeNumber(20, 1, 'live events while latencies are measured'),
  'quiet-seconds': wholeNumber(20, 1, 'how long they are measured without a rebuild'),
};

type RebuildBenchOptions = OptionValues<typeof OPTIONS>;

export const rebuildBench = defineBench({
  name: 'rebuild',
  about:
    'how fast another generation is built from a history, beside kafkajs that reads the same topics while the final\n' +
    'documents are bulk-written; how long live events take without a rebuild and during a paced one; and how long a\n' +
    'switch takes',
  options: OPTIONS,
  measure: (run, progress, options) => onWorkbench(run, progress, (bench) => measureRebuilds(bench, options)),
});

/** Without a rebuild, during a paced one, and while it is switched. */
const LIVE_PHASES = 3;
/** Longer than each of these: every event happens to another order, so that all of them are alike. */
const PHASE_SECONDS_MAX = 240;
const ORDERS_PER_CUSTOMER = 10;

interface Round {
  readonly ours: RebuildRun;
  readonly bareSeconds: number;
}

interface Figures {
  readonly rounds: readonly Round[];
  /** Live events. */
  readonly quiet: readonly Sighting[];
  readonly during: readonly Sighting[];
  readonly paced: RebuildRun;
  readonly switched: SwitchRun;
}

async function measureRebuilds(bench: Workbench, options: RebuildBenchOptions): Promise<string> {
  const { ground, progress } = bench;
  const feed = await bench.feed();
  const shop = new SyntheticShop('rebuild');
  const ordersPerPhase = PHASE_SECONDS_MAX * options['events-per-second'];
  const orders = Array.from({ length: LIVE_PHASES * ordersPerPhase }, (_, i) => numbered('live', i));
  progress('history', `publishing ${options.events} events`);
  await feed.publish(shopEvents('bench', options.events));
  await feed.publish(liveOrders(shop, orders));
  const namespace = bench.namespace('ours');
  const { projector, derived } = await startCaughtUp(bench, feed, namespace);
  const environment = projectorEnvironment(ground.addresses, { topics: feed.topics, namespace });
  const settings = readSettings(projectorSettings, environment);
  const figures = await withServers(settings, createLog('bench', 'error'), async (servers): Promise<Figures> => {
    const { BUSINESS_TIME_ZONE: businessTimeZone, REPORTING_CURRENCY: reportingCurrency } = settings;
    const derivation = { businessTimeZone, reportingCurrency };
    const rounds = await fullSpeedRounds(bench, feed, namespace, options.rounds, () =>
      runRebuild(servers, derivation, true),
    );
    const live = <Result>(something: () => Promise<Result>) => {
      const own = orders.splice(0, ordersPerPhase);
      return beside(new Trickle(feed, derived, shop, own, options['events-per-second']), something);
    };
    progress('live', 'without a rebuild');
    const quiet = await live(() => setTimeout(options['quiet-seconds'] * 1000));
    progress('live', 'during a paced one');
    const during = await live(() => runRebuild(servers, derivation, false));
    progress('switch', 'there and back');
    const { result: switched } = await live(() => runSwitches(servers, derivation));
    return { rounds, quiet: quiet.sightings, during: during.sightings, paced: during.result, switched };
  });
  await projector.stop();
  return `${headline(options)}\n\n${report(figures)}`;
}

async function fullSpeedRounds(
  bench: Workbench,
  feed: Feed,
  namespace: string,
  rounds: number,
  rebuild: () => Promise<RebuildRun>,
): Promise<readonly Round[]> {
  const recording = path.join(bench.run.folder, 'final-documents');
  bench.progress('documents', `${await recordDocuments(bench.ground.documentScan(namespace), recording, 1)} recorded`);
  const counted: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${rounds}`);
    const own = bench.namespace(`bare-${round}`);
    const bare = await replay(bench, { namespace: own, recording, history: await feed.history() });
    await bench.ground.clear(own);
    const bareSeconds = bare.seconds - bare.asideSeconds;
    const ours = await rebuild();
    bench.progress('ours', `${ours.seconds.toFixed(1)} s, bare ${bareSeconds.toFixed(1)} s`);
    if (round > 0) counted.push({ ours, bareSeconds });
  }
  return counted;
}

function report({ rounds, quiet, during, paced, switched }: Figures): string {
  const milliseconds = (sightings: readonly Sighting[]) => sightings.map(({ latencyMs }) => latencyMs);
  const isIn =
    ({ from, to }: RebuildPhase) =>
    ({ publishedMs }: Sighting) =>
      publishedMs >= from && publishedMs < to;
  const phaseSeconds = ({ phases }: RebuildRun, name: string) =>
    phases.filter((phase) => phase.name === name).reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
  const names = Object.values(views).map(({ name }) => name);
  const costs = (name: string, { costs: shown }: RebuildRun) => [
    name,
    ...names.map((view) => shown?.documents[view].toFixed(1) ?? '–'),
  ];
  return [
    measurements('At full speed', rounds, [
      ['ours, events/s', ({ ours }) => ours.events / ours.seconds, 0],
      ['bare, events/s', ({ ours, bareSeconds }) => ours.events / bareSeconds, 0],
      ['ours / bare', ({ ours, bareSeconds }) => bareSeconds / ours.seconds, 2],
      ['ours, seconds', ({ ours }) => ours.seconds, 2],
      ['of these folding', ({ ours }) => phaseSeconds(ours, 'folding'), 2],
      ['of these summing', ({ ours }) => phaseSeconds(ours, 'summing'), 2],
      ['before, to start', ({ ours }) => ours.startSeconds, 2],
      ['documents', ({ ours }) => ours.documents, 0],
    ]),
    comparedLatencies('Live events, ms from Kafka to the answer by id', [
      ['without a rebuild', milliseconds(quiet)],
      ...paced.phases.map((phase) => [`  ${phase.name}`, milliseconds(during.filter(isIn(phase)))] as const),
      [`during a paced one of ${paced.seconds.toFixed(0)} s`, milliseconds(during)],
    ]),
    table('Seconds from the order until the other generation is the one that is served, beside live events', [
      ['switch', switched.thereSeconds.toFixed(1)],
      ['rollback', switched.backSeconds.toFixed(1)],
    ]),
    table('What rendering a document costs, in events folded', [
      ['', ...names],
      ...rounds.map(({ ours }, i) => costs(`full speed, ${i + 1}`, ours)),
      costs('paced', paced),
    ]),
  ].join('\n\n');
}

function* liveOrders(shop: SyntheticShop, orders: readonly string[]) {
  const now = Date.now();
  const own = (letter: string, i: number) => numbered(`live-${letter}`, Math.floor(i / ORDERS_PER_CUSTOMER));
  for (let i = 0; i < orders.length; i += ORDERS_PER_CUSTOMER) {
    yield shop.register(own('c', i), now);
    yield shop.create(own('p', i), now);
  }
  for (const [i, orderId] of orders.entries()) yield shop.place(orderId, own('c', i), [own('p', i)], now);
}

function headline({ events, rounds, ...live }: RebuildBenchOptions): string {
  return [
    `Rebuilds of ${events} events, ${rounds} counted round(s) at full speed after one that warmed up, then a paced one.`,
    serversNote(),
    'ours   another generation from the beginning, from when its group has its members to when every document is rendered',
    'bare   kafkajs reads and parses the same topics while the final documents go out in requests as large as the projector makes',
    `live   ${live['events-per-second']} events/s, each looked for by id in Elasticsearch every few milliseconds`,
  ].join('\n');
}
