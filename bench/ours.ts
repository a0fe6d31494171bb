/** One round of the projector itself: a process as in production, a namespace of its own. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackFailure } from '../stack/failure.js';
import { cacheFolder, PROJECT_FOLDER } from '../stack/folders.js';
import { freePorts } from '../stack/ports.js';
import type { Ground } from './ground.js';
import type { History } from './history.js';
import { type MeteredRun, peakBytes } from './measure.js';
import { METERED_SERVERS, type Outcome } from './outcome.js';
import { type ProjectorMetrics, readMetrics } from './projector-metrics.js';
import { until } from './wait.js';

export interface OursOutcome extends Outcome {
  readonly metrics: ProjectorMetrics;
}

const STOP_GRACE_MS = 20_000;
const LAUNCHED_AS = 'projector';

/** Compiles the projector as for production. @returns its main file. */
export function buildProjector(): string {
  const folder = path.join(cacheFolder(), 'bench-dist');
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const configuration = path.join(PROJECT_FOLDER, 'bench', 'tsconfig.projector.json');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', configuration, '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new StackFailure(`The projector does not compile:\n${stdout}`);
  return path.join(folder, 'projector', 'main.js');
}

/** The environment by which a projector finds the servers and the history. */
export function projectorEnvironment(ground: Ground, { topics }: History, namespace: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...ground.addresses,
    NAMESPACE: namespace,
    TOPIC_CUSTOMERS: topics.customers,
    TOPIC_PRODUCTS: topics.products,
    TOPIC_ORDERS: topics.orders,
    CREATE_TOPICS: 'off',
  };
}

/**
 * Timed from the moment at which the projector says that it is ready, that is when its partitions are assigned and it
 * knows where they begin, to the moment at which all its durable positions are the ends of the topics.
 */
export async function runOurs(
  run: MeteredRun,
  ground: Ground,
  history: History,
  program: { readonly main: string; readonly nodeOptions: readonly string[] },
  namespace: string,
): Promise<OursOutcome> {
  const [port = 0] = await freePorts(1);
  const service = run.launch({
    name: LAUNCHED_AS,
    command: process.execPath,
    args: [...program.nodeOptions, program.main],
    environment: {
      ...projectorEnvironment(ground, history, namespace),
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: String(port),
    },
    graceMs: STOP_GRACE_MS,
  });
  const admin = `http://127.0.0.1:${port}`;
  await until(service, 10, () => isReady(admin));
  const stopMeter = run.startMeter([...METERED_SERVERS, LAUNCHED_AS]);
  await until(service, 25, () => ground.hasCaughtUp(namespace, history));
  const spent = stopMeter();
  const peak = peakBytes(service.pid);
  const metrics = await readMetrics(admin);
  await service.stop(STOP_GRACE_MS);
  await ground.clear(namespace);
  const { [LAUNCHED_AS]: cpuOwnSeconds = null, ...cpuServerSeconds } = spent.cpuSeconds;
  return {
    events: history.events,
    seconds: spent.seconds,
    cpuOwnSeconds,
    cpuServerSeconds,
    peakBytes: peak,
    documents: metrics.documents,
    metrics,
  };
}

async function isReady(admin: string): Promise<boolean> {
  try {
    const response = await fetch(`${admin}/health/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
