/** The API as a process of its own, in a namespace of the bench's. */
import path from 'node:path';
import { freePorts } from '../stack/ports.js';
import type { Service } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import type { Shop } from './api-shop.js';
import { projectorEnvironment } from './running-projector.js';
import { until } from './wait.js';
import type { Workbench } from './workbench.js';

const STOP_GRACE_MS = 15_000;

export class RunningApi {
  private constructor(
    readonly service: Service,
    readonly url: string,
  ) {}

  /** Resolves when it says that it is ready. Unless the settings say otherwise, callers are not limited. */
  static async start(
    { run, main }: Workbench,
    addresses: Addresses,
    shop: Shop,
    settings: NodeJS.ProcessEnv = { RATE_LIMIT_POINTS: '0' },
  ): Promise<RunningApi> {
    const [port = 0] = await freePorts(1);
    const service = run.launch({
      name: 'api',
      command: process.execPath,
      // Compiled with the projector.
      args: [path.join(path.dirname(main), '..', 'api', 'main.js')],
      environment: {
        ...projectorEnvironment(addresses, shop.topics, shop.namespace),
        LOG_LEVEL: 'warn',
        ...settings,
        API_HOST: '127.0.0.1',
        API_PORT: String(port),
      },
      graceMs: STOP_GRACE_MS,
    });
    const url = `http://127.0.0.1:${port}`;
    await until(service, 20, () => isReady(url));
    return new RunningApi(service, url);
  }

  get pid(): number | undefined {
    return this.service.pid;
  }

  get isRunning(): boolean {
    return this.service.isRunning;
  }

  stop(): Promise<void> {
    return this.service.stop(STOP_GRACE_MS);
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
