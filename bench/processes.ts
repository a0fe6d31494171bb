/** Projector and API as processes of their own, as in production, in a namespace of the bench's. */
import path from 'node:path';
import { freePorts } from '../stack/ports.js';
import { endedEarly, type Service } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import type { Derived } from './derived.js';
import type { Feed, History } from './feed.js';
import { memoryBytes } from './measure.js';
import { METERED_SERVERS, type OursOutcome, outcomeOf } from './outcome.js';
import { readMetrics, spentBetween } from './projector-metrics.js';
import type { Workbench } from './workbench.js';

/** Where events come from, and where their documents are. */
export interface Scene {
  readonly topics: History['topics'];
  readonly namespace: string;
}

/** The name by which its CPU time is told apart. */
const PROJECTOR = 'projector';
const STOP_GRACE_MS = 20_000;

/** The environment by which a projector or an API finds the servers and the topics. */
export function projectorEnvironment(addresses: Addresses, { topics, namespace }: Scene): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...addresses,
    NAMESPACE: namespace,
    TOPIC_CUSTOMERS: topics.customers,
    TOPIC_PRODUCTS: topics.products,
    TOPIC_ORDERS: topics.orders,
    CREATE_TOPICS: 'off',
  };
}

export class RunningProjector {
  private constructor(
    private readonly bench: Workbench,
    readonly service: Service,
    readonly admin: string,
  ) {}

  /** Resolves when it says that it is ready: its partitions are assigned and it knows where they begin. */
  static async start(
    bench: Workbench,
    scene: Scene,
    { settings = {}, nodeOptions = [] }: { settings?: NodeJS.ProcessEnv; nodeOptions?: readonly string[] } = {},
  ): Promise<RunningProjector> {
    const [port = 0] = await freePorts(1);
    const environment = { ...settings, ADMIN_HOST: '127.0.0.1', ADMIN_PORT: String(port) };
    const service = launch(bench, PROJECTOR, [...nodeOptions, bench.main], bench.ground.addresses, scene, environment);
    const admin = `http://127.0.0.1:${port}`;
    await until(service, 10, () => isReady(admin));
    return new RunningProjector(bench, service, admin);
  }

  /** Asks again after every `stepMs` until the answer is yes. @throws StackFailure when the projector ends before. */
  until(stepMs: number, probe: () => Promise<boolean>): Promise<void> {
    return until(this.service, stepMs, probe);
  }

  /** What it, and the servers that the bench has started, did with some events. */
  async measured(events: number, work: () => Promise<void>): Promise<OursOutcome> {
    const before = await readMetrics(this.admin);
    const stopMeter = this.bench.run.startMeter([...METERED_SERVERS, PROJECTOR]);
    await work();
    const spent = stopMeter();
    const metrics = spentBetween(before, await readMetrics(this.admin));
    const peak = memoryBytes(this.service.pid, 'VmHWM');
    return { ...outcomeOf(PROJECTOR, spent, { events, documents: metrics.documents, peakBytes: peak }), metrics };
  }

  async stop(): Promise<void> {
    await this.service.stop(STOP_GRACE_MS);
  }
}

/** A projector whose documents have all that was published, with no fan-out left. */
export async function startCaughtUp(
  bench: Workbench,
  feed: Feed,
  namespace: string,
): Promise<{ readonly projector: RunningProjector; readonly derived: Derived }> {
  const projector = await RunningProjector.start(bench, { topics: feed.topics, namespace });
  const derived = bench.ground.derived(namespace);
  const { ends } = await feed.history();
  await projector.until(100, async () => (await derived.hasReached(ends)) && !(await derived.hasJobs()));
  bench.progress('projector', 'caught up');
  return { projector, derived };
}

export class RunningApi {
  private constructor(
    readonly service: Service,
    readonly url: string,
  ) {}

  /**
   * Resolves when it says that it is ready. Unless the settings say otherwise, callers are not limited.
   * @param addresses where it looks for the servers, should something stand between.
   */
  static async start(
    bench: Workbench,
    scene: Scene,
    settings: NodeJS.ProcessEnv = { RATE_LIMIT_POINTS: '0' },
    addresses: Addresses = bench.ground.addresses,
  ): Promise<RunningApi> {
    const [port = 0] = await freePorts(1);
    // Compiled with the projector.
    const main = path.join(path.dirname(bench.main), '..', 'api', 'main.js');
    const environment = { LOG_LEVEL: 'warn', ...settings, API_HOST: '127.0.0.1', API_PORT: String(port) };
    const service = launch(bench, 'api', [main], addresses, scene, environment);
    const url = `http://127.0.0.1:${port}`;
    await until(service, 20, () => isReady(url));
    return new RunningApi(service, url);
  }

  stop(): Promise<void> {
    return this.service.stop(STOP_GRACE_MS);
  }
}

function launch(
  { run }: Workbench,
  name: string,
  args: readonly string[],
  addresses: Addresses,
  scene: Scene,
  settings: NodeJS.ProcessEnv,
): Service {
  const environment = { ...projectorEnvironment(addresses, scene), ...settings };
  return run.launch({ name, command: process.execPath, args, environment, graceMs: STOP_GRACE_MS });
}

/** @throws StackFailure when the service ends before the answer is yes. */
async function until(service: Service, stepMs: number, probe: () => Promise<boolean>): Promise<void> {
  while (!(await probe())) {
    if (!service.isRunning) throw endedEarly(service, await service.exited);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
