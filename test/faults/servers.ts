/** Servers of one test file alone, which it may stop, kill, start again and pause. */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { codeOf } from '../../stack/failure.js';
import { type Service, untilReady } from '../../stack/process.js';
import { progressOn } from '../../stack/progress.js';
import { type LaunchOptions, Run } from '../../stack/run.js';
import { type Addresses, startServers } from '../../stack/servers.js';
import { until } from '../until.js';

export type ServerName = 'kafka' | 'elasticsearch' | 'mongodb';

const PORT_VARIABLES = {
  kafka: 'STACK_KAFKA_PORT',
  elasticsearch: 'STACK_ELASTICSEARCH_PORT',
  mongodb: 'STACK_MONGODB_PORT',
} as const;
const ADDRESS_VARIABLES: Readonly<Record<ServerName, keyof Addresses>> = {
  kafka: 'KAFKA_BROKERS',
  elasticsearch: 'ELASTICSEARCH_URL',
  mongodb: 'MONGODB_URL',
};
const SERVER_NAMES: readonly ServerName[] = ['kafka', 'elasticsearch', 'mongodb'];
const STOP_GRACE_MS = 30_000;
const LISTENS_TIMEOUT_MS = 180_000;
/** Downloads included. */
const START_TIMEOUT_MS = 600_000;

/** Remembers how everything was launched, to launch it again. */
class RepeatableRun extends Run {
  private readonly launched = new Map<string, { readonly options: LaunchOptions; readonly services: Service[] }>();

  override launch(options: LaunchOptions): Service {
    const service = super.launch(options);
    this.launched.set(options.name, { options, services: [service] });
    return service;
  }

  /** The one that was launched last under the name. */
  present(name: string): Service {
    const service = this.launched.get(name)?.services.at(-1);
    if (service === undefined) throw new Error(`Nothing was launched under the name ${name}.`);
    return service;
  }

  /** The same command in the same folder; its output goes to a file of its own. */
  repeat(name: string): Service {
    const entry = this.launched.get(name);
    if (entry === undefined) throw new Error(`Nothing was launched under the name ${name}.`);
    const service = super.launch({ ...entry.options, name: `${name}-${entry.services.length + 1}` });
    entry.services.push(service);
    return service;
  }
}

export class OwnServers {
  private constructor(private readonly run: RepeatableRun) {}

  static async start(name: string): Promise<OwnServers> {
    for (const server of SERVER_NAMES) {
      // Servers that the environment names belong to somebody else, who would not like what is to come.
      delete process.env[ADDRESS_VARIABLES[server]];
      process.env[PORT_VARIABLES[server]] = String(portOf(server));
    }
    const run = new RepeatableRun(`faults-${name}`);
    try {
      await startServers(run, progressOn(process.stderr), 'settings');
    } catch (error) {
      await run.stop();
      throw error;
    }
    return new OwnServers(run);
  }

  /** SIGTERM; resolves when all its processes are gone. */
  async stop(server: ServerName): Promise<void> {
    const service = this.run.present(server);
    await service.stop(STOP_GRACE_MS);
    await untilGone(service);
  }

  /** kill -9; resolves when all its processes are gone. */
  async kill(server: ServerName): Promise<void> {
    const service = this.run.present(server);
    service.kill();
    await service.exited;
    await untilGone(service);
  }

  /** After a stop or a kill, with the data that it had. Resolves when it listens, which is before it is of any use. */
  async startAgain(server: ServerName): Promise<void> {
    await untilReady(this.run.repeat(server), () => listens(portOf(server)), LISTENS_TIMEOUT_MS);
  }

  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(server: ServerName): void {
    signalGroup(this.run.present(server), 'SIGSTOP');
  }

  resume(server: ServerName): void {
    signalGroup(this.run.present(server), 'SIGCONT');
  }

  isRunning(server: ServerName): boolean {
    return this.run.present(server).isRunning;
  }

  /** After a test that failed half way: the next one, and the tidying up, need all of them. */
  async restore(): Promise<void> {
    for (const server of SERVER_NAMES) if (!this.isRunning(server)) await this.startAgain(server);
  }

  async close(): Promise<void> {
    await this.run.stop();
  }
}

/** For the tests of one file. Ask the returned function for them within tests. */
export function serversFor(name: string): () => OwnServers {
  let servers: OwnServers | undefined;
  beforeAll(async () => {
    servers = await OwnServers.start(name);
  }, START_TIMEOUT_MS);
  afterEach(() => servers?.restore(), START_TIMEOUT_MS);
  afterAll(() => servers?.close());
  return () => {
    if (servers === undefined) throw new Error('The servers are there within tests only.');
    return servers;
  };
}

function portOf(server: ServerName): number {
  return Number(inject(ADDRESS_VARIABLES[server]).split(':').at(-1));
}

function signalGroup({ name, pid, isRunning }: Service, signal: NodeJS.Signals | 0): void {
  if (pid === undefined || (signal !== 0 && !isRunning)) {
    throw new Error(`${name} is not running: there is nothing to send ${signal} to.`);
  }
  process.kill(-pid, signal);
}

/** Elasticsearch is two processes: its launcher may be gone before the server has let go of its data. */
async function untilGone(service: Service): Promise<void> {
  await until(`all processes of ${service.name} to be gone`, async () => {
    try {
      signalGroup(service, 0);
      return false;
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
      return true;
    }
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
