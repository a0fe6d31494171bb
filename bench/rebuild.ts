/** Rebuilds: how fast, beside the bare limit; what live events notice; and how long a switch takes. */
import path from 'node:path';
import { projectorSettings } from '../projector/config.js';
import type { OperationServers } from '../projector/operations/compose.js';
import { withServers } from '../projector/operations/servers.js';
import { documentScanByView } from '../projector/stores/by-view.js';
import { ElasticsearchDocumentScan } from '../projector/stores/elasticsearch/document-scan.js';
import { MongoDocumentScan } from '../projector/stores/mongodb/document-scan.js';
import { createLog } from '../runtime/log.js';
import { readSettings } from '../runtime/settings.js';
import { defineBench } from './declaration.js';
import { Feed } from './feed.js';
import { recordFinalDocuments } from './final-documents.js';
import { beginOfToday, shopEvents } from './history.js';
import { type OptionValues, wholeNumber } from './options.js';
import { type ProgramOutcome, runBare } from './program.js';
import { type RebuildFigures, type RebuildRound, reportOnRebuilds } from './rebuild-report.js';
import { type RebuildRun, runRebuild, runSwitches, type SwitchRun } from './rebuild-run.js';
import { projectorEnvironment, RunningProjector } from './running-projector.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';
import { beside, Trickle } from './trickle.js';
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

async function measureRebuilds(bench: Workbench, options: RebuildBenchOptions): Promise<string> {
  const { run, ground, progress, main } = bench;
  const feed = await Feed.open(ground.kafka, bench.prefix);
  const shop = new SyntheticShop('rebuild');
  const orders = Array.from({ length: LIVE_PHASES * PHASE_SECONDS_MAX * options['events-per-second'] }, (_, i) =>
    numbered('live', i),
  );
  progress('history', `publishing ${options.events} events`);
  await feed.publish(shopEvents('bench', options.events, beginOfToday()));
  await feed.publish(liveOrders(shop, orders));
  const namespace = bench.namespace('ours');
  const environment = projectorEnvironment(ground.addresses, feed.topics, namespace);
  const projector = await RunningProjector.start(run, { main, nodeOptions: [] }, environment);
  const derived = ground.derived(namespace);
  const { ends } = await feed.history();
  await projector.until(100, async () => (await derived.hasReached(ends)) && !(await derived.hasJobs()));
  progress('history', 'caught up');
  const settings = readSettings(projectorSettings, environment);
  try {
    const figures = await withServers(settings, createLog('bench', 'error'), async (servers) => {
      const { BUSINESS_TIME_ZONE: businessTimeZone, REPORTING_CURRENCY: reportingCurrency } = settings;
      const derivation = { businessTimeZone, reportingCurrency };
      const rebuild = (fullSpeed: boolean): Promise<RebuildRun> => runRebuild(servers, derivation, fullSpeed);
      const rounds = await fullSpeedRounds(bench, feed, servers, options.rounds, () => rebuild(true));
      const live = (something: () => Promise<void>) => {
        const own = orders.splice(0, PHASE_SECONDS_MAX * options['events-per-second']);
        return beside(new Trickle(feed, derived, shop, own, options['events-per-second']), something);
      };
      progress('live', 'without a rebuild');
      const quiet = await live(() => pause(options['quiet-seconds'] * 1000));
      progress('live', 'during a paced one');
      const paced: RebuildRun[] = [];
      const during = await live(async () => {
        paced.push(await rebuild(false));
      });
      progress('switch', 'there and back');
      const switches: SwitchRun[] = [];
      await live(async () => {
        switches.push(await runSwitches(servers, derivation));
      });
      return { rounds, quiet, during, paced, switches } satisfies RebuildFigures;
    });
    await projector.stop();
    return `${headline(options)}\n\n${reportOnRebuilds(figures)}`;
  } finally {
    await feed.close();
  }
}

async function fullSpeedRounds(
  bench: Workbench,
  feed: Feed,
  servers: OperationServers,
  rounds: number,
  rebuild: () => Promise<RebuildRun>,
): Promise<readonly RebuildRound[]> {
  const { db, elasticsearch, namespace } = servers;
  const recording = path.join(bench.run.folder, 'final-documents');
  const scan = documentScanByView({
    elasticsearch: new ElasticsearchDocumentScan(elasticsearch, { namespace, generation: 1 }),
    mongodb: new MongoDocumentScan(db, 1),
  });
  bench.progress('documents', `${await recordFinalDocuments(scan, recording)} recorded`);
  const counted: RebuildRound[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    bench.progress('round', round === 0 ? 'warming up, not counted' : `${round} of ${rounds}`);
    const bare = await bareTurn(bench, feed, recording, round);
    const ours = await rebuild();
    bench.progress('ours', `${ours.seconds.toFixed(1)} s, bare ${bareSeconds(bare).toFixed(1)} s`);
    if (round > 0) counted.push({ ours, bareSeconds: bareSeconds(bare) });
  }
  return counted;
}

async function bareTurn({ run, ground, namespace }: Workbench, feed: Feed, recording: string, round: number) {
  const { topics, events } = await feed.history();
  const own = namespace(`bare-${round}`);
  const bare = await runBare(run, {
    addresses: ground.addresses,
    topics,
    events,
    namespace: own,
    recording,
  });
  await ground.clear(own);
  return bare;
}

function bareSeconds({ seconds, asideSeconds }: ProgramOutcome): number {
  return seconds - asideSeconds;
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
