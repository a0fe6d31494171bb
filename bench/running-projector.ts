/** The projector as a process of its own, as in production, in a namespace of the bench's. */
import { freePorts } from '../stack/ports.js';
import type { Service } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import type { History } from './feed.js';
import { type MeteredRun, peakBytes, type Spent } from './measure.js';
import { METERED_SERVERS } from './outcome.js';
import { type ProjectorMetrics, readMetrics } from './projector-metrics.js';
import { until } from './wait.js';

export interface ProjectorProgram {
  /** Its compiled main file. */
  readonly main: string;
  readonly nodeOptions: readonly string[];
}

/** The name by which its CPU time is told apart. */
export const PROJECTOR = 'projector';
const STOP_GRACE_MS = 20_000;

/** The environment by which a projector finds the servers and the topics. */
export function projectorEnvironment(
  addresses: Addresses,
  topics: History['topics'],
  namespace: string,
): NodeJS.ProcessEnv {
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
    private readonly run: MeteredRun,
    readonly service: Service,
    readonly admin: string,
  ) {}

  /** Resolves when it says that it is ready: its partitions are assigned and it knows where they begin. */
  static async start(
    run: MeteredRun,
    program: ProjectorProgram,
    environment: NodeJS.ProcessEnv,
  ): Promise<RunningProjector> {
    const [port = 0] = await freePorts(1);
    const service = run.launch({
      name: PROJECTOR,
      command: process.execPath,
      args: [...program.nodeOptions, program.main],
      environment: { ...environment, ADMIN_HOST: '127.0.0.1', ADMIN_PORT: String(port) },
      graceMs: STOP_GRACE_MS,
    });
    const admin = `http://127.0.0.1:${port}`;
    await until(service, 10, () => isReady(admin));
    return new RunningProjector(run, service, admin);
  }

  /** Asks again after every `stepMs` until the answer is yes. @throws StackFailure when the projector ends before. */
  until(stepMs: number, probe: () => Promise<boolean>): Promise<void> {
    return until(this.service, stepMs, probe);
  }

  /** @returns the function that ends the measurement, of the projector and the servers that the bench has started. */
  startMeter(): () => Spent {
    return this.run.startMeter([...METERED_SERVERS, PROJECTOR]);
  }

  metrics(): Promise<ProjectorMetrics> {
    return readMetrics(this.admin);
  }

  get peakBytes(): number | null {
    return peakBytes(this.service.pid);
  }

  async stop(): Promise<void> {
    await this.service.stop(STOP_GRACE_MS);
  }
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
