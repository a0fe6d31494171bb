/** A running system, honest callers alone, then honest callers beside hostile ones, and what is left afterwards. */
import path from 'node:path';
import { RunningApi, RunningProjector } from '../../bench/processes.js';
import type { Workbench } from '../../bench/workbench.js';
import { PROJECT_FOLDER } from '../../stack/folders.js';
import { endedEarly } from '../../stack/process.js';
import { type Gauges, leftOf, readGauges } from './gauges.js';
import { HonestCallers } from './honest.js';
import type { Campaign, Task } from './hostile.js';
import { orderWithManyReturns } from './huge-shop.js';
import { type Identities, issueKeys } from './identities.js';
import { atPace } from './pace.js';
import { MANY_RETURNS } from './repertoire/records.js';
import { Shop } from './shop.js';
import { firstDifference } from './truth.js';
import type { Aftermath, Phase } from './verdict.js';

export interface SiegeOptions {
  /** How long each of the two phases lasts. */
  readonly seconds: number;
  /** Of all requests of the second phase so many are hostile; 0: none. */
  readonly hostileShare: number;
  /** Requests of honest callers in each second, in both phases. */
  readonly rate: number;
  readonly orders: number;
  readonly seed: string;
}

export interface Outcome {
  readonly calm: Phase;
  readonly attacked: Phase;
  readonly aftermath: Aftermath;
  /** `null`: nobody was hostile. */
  readonly campaign: Campaign | null;
  /** The API after the first phase, after the second, and when all was over; `null`: it did not tell. */
  readonly gauges: readonly [Gauges | null, Gauges | null, Gauges | null];
}

const WARM_UP_SECONDS = 10;
const SETTLE_MS = 30_000;
const CATCH_UP_MS = 180_000;
const LOOK_EVERY_MS = 250;

/** Resolves when it is over, whatever came of it. @throws when it cannot begin. */
export async function besiege(bench: Workbench, options: SiegeOptions): Promise<Outcome> {
  const { ground, progress, run } = bench;
  progress('shop', `publishing the events of ${options.orders} orders`);
  const shop = await Shop.open(bench, options.orders);
  const namespace = bench.namespace('attack');
  const scene = { namespace, topics: shop.feed.topics };
  const projector = await RunningProjector.start(bench, scene, { settings: { LOG_LEVEL: 'warn' } });
  const founded = await shop.feed.history();
  await projector.until(LOOK_EVERY_MS, () => ground.derived(namespace).hasReached(founded.ends));
  const keysFile = path.join(run.folder, 'keys.json');
  const keys = issueKeys(keysFile);
  const api = await RunningApi.start(bench, scene, { API_KEYS_FILE: keysFile });
  const honest = new HonestCallers(api.url, keys.honest, options.orders);
  const system: System = { shop, namespace, projector, api, honest, keys };
  try {
    return await fight(bench, system, options);
  } finally {
    honest.close();
    await Promise.all([shop.feed.close(), api.stop(), projector.stop()]);
  }
}

interface System {
  readonly shop: Shop;
  readonly namespace: string;
  readonly projector: RunningProjector;
  readonly api: RunningApi;
  readonly honest: HonestCallers;
  readonly keys: Identities;
}

async function fight(bench: Workbench, system: System, options: SiegeOptions): Promise<Outcome> {
  const { seconds, hostileShare, rate } = options;
  const { progress } = bench;
  const gauges = () => readGauges((path) => system.honest.get(path, system.keys.watcher)).catch(() => null);
  progress('honest', `${rate} requests/s, ${WARM_UP_SECONDS} s that are not counted`);
  await honestPhase('', system, rate, WARM_UP_SECONDS);
  await gauges();
  progress('honest', `${rate} requests/s alone for ${seconds} s`);
  const calm = await honestPhase('honest callers alone', system, rate, seconds);
  const before = await gauges();
  const hostileRate = (rate * hostileShare) / (1 - hostileShare);
  progress('hostile', `${hostileRate.toFixed(1)} requests/s beside them for ${seconds} s`);
  const [attacked, campaign] = await Promise.all([
    honestPhase('beside hostile callers', system, rate, seconds),
    hostileShare === 0 ? null : campaignBy(bench, system, hostileRate, options),
  ]);
  const during = await gauges();
  progress('aftermath', 'waiting until everything is as it was');
  const aftermath = await aftermathOf(bench, system, campaign);
  return { calm, attacked, campaign, aftermath, gauges: [before, during, await gauges()] };
}

async function honestPhase(name: string, { shop, honest }: System, rate: number, seconds: number): Promise<Phase> {
  const asking = atPace(rate, seconds, (i) => ({ requests: 1, over: honest.ask(i) }));
  const [answers] = await Promise.all([asking, shop.goOn(seconds)]);
  return { name, answers };
}

async function campaignBy(
  { run, ground }: Workbench,
  { api, shop, keys }: System,
  requestsPerSecond: number,
  { seconds, seed }: SiegeOptions,
): Promise<Campaign> {
  const { hostname: host, port } = new URL(api.url);
  const brokers = ground.addresses.KAFKA_BROKERS.split(',');
  const { topics } = shop.feed;
  const task: Task = {
    host,
    port: Number(port),
    keys: keys.hostile,
    requestsPerSecond,
    seconds,
    seed,
    brokers,
    topics,
  };
  let told: Campaign | null = null;
  const service = run.launch({
    name: 'hostile',
    command: process.execPath,
    args: ['--import', 'tsx', path.join('test', 'attack', 'hostile.ts')],
    folder: PROJECT_FOLDER,
    environment: { ...process.env, ATTACK_TASK: JSON.stringify(task) },
    onLine: (line) => {
      told = JSON.parse(line) as Campaign;
    },
  });
  const exit = await service.exited;
  if (told === null) throw endedEarly(service, exit);
  return told;
}

async function aftermathOf(bench: Workbench, system: System, campaign: Campaign | null): Promise<Aftermath> {
  const { api, projector, honest, keys, shop } = system;
  const left = await settled(async () => {
    const gauges = await readGauges((path) => honest.get(path, keys.watcher));
    return [...leftOf(gauges), ...(await unready('API', api.url)), ...(await unready('projector', projector.admin))];
  }, SETTLE_MS);
  const dead: string[] = [];
  for (const { service } of [api, projector]) {
    if (!service.isRunning) dead.push(`${service.name} (${await service.exited}), see ${service.logFile}`);
  }
  if (dead.length > 0) return { dead, left: [], difference: null };
  const derived = bench.ground.derived(system.namespace);
  const { ends } = await shop.feed.history();
  const behind = await settled(async () => {
    const isThere = await derived.hasReached(ends);
    const hasJobs = isThere && (await derived.hasJobs());
    return isThere && !hasJobs ? [] : [`The projector has not caught up within ${CATCH_UP_MS / 1000} s.`];
  }, CATCH_UP_MS);
  if (behind.length > 0) return { dead, left: [...left, ...behind], difference: null };
  const returned = Array.from({ length: campaign?.records[MANY_RETURNS] ?? 0 }, (_, i) => orderWithManyReturns(i));
  const events = [...shop.published, ...returned.flat()];
  return { dead, left, difference: await firstDifference((path) => honest.get(path), events) };
}

/** What is left when the time is up, or nothing as soon as it is nothing. */
async function settled(look: () => Promise<string[]>, patienceMs: number): Promise<string[]> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const left = await look().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    if (left.length === 0 || performance.now() > untilMs) return left;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function unready(name: string, url: string): Promise<string[]> {
  const response = await fetch(`${url}/health/ready`);
  const { status, degraded = [] } = (await response.json()) as { status: string; degraded?: string[] };
  return response.ok && degraded.length === 0
    ? []
    : [`The ${name} is ${status}, without ${degraded.join(', ') || '–'}.`];
}
