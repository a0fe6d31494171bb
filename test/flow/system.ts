/** The system under test as it runs for real: projector and API processes, on a namespace and topics of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { PROJECT_FOLDER } from '../../stack/folders.js';
import { freePorts } from '../../stack/ports.js';
import { type Exit, type Service, untilReady } from '../../stack/process.js';
import { Run } from '../../stack/run.js';
import { openNamespace, type RealServers } from '../real-servers.js';
import { Answers } from './answers.js';
import { Publisher } from './publisher.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 25_000;
const OUTPUT_LINES_SHOWN = 40;

export const BUSINESS_TIME_ZONE = 'Asia/Shanghai';

/** After six seconds without a sign of life, the least that Kafka allows, the group lets go of a killed member. */
const ENVIRONMENT = { BUSINESS_TIME_ZONE, SESSION_TIMEOUT_MS: '6000', FRESHNESS_MAX_AGE_MS: '0' };

/** What a command of an operator came to. */
export interface Operation {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

/** One projector process. */
export class Projector {
  constructor(
    private readonly service: Service,
    /** Where its health, metrics and admin API are. */
    readonly admin: string,
  ) {}

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.service.kill();
    await this.service.exited;
  }

  /** SIGSTOP: to all others it looks dead, and it knows nothing of it, until `resume`. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** SIGTERM. Returns the exit code. */
  async stop(): Promise<Exit> {
    await this.service.stop(STOP_GRACE_MS);
    return this.service.exited;
  }

  /** Resolves when it has ended by itself. */
  ended(): Promise<Exit> {
    return this.service.exited;
  }

  /** Resolves when it is a member of its group. */
  async ready(): Promise<void> {
    await untilReady(this.service, () => this.isReady(), READY_TIMEOUT_MS);
  }

  /** Events by what became of them since the process was started. */
  async events(outcome: 'folded' | 'unknown' | 'quarantined'): Promise<number> {
    const text = await (await fetch(`${this.admin}/metrics`)).text();
    const value = new RegExp(`^projector_events_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1];
    return Number(value ?? 0);
  }

  /** Partitions that were assigned to the process last, as a member of the generation's group, by its own output. */
  partitionsOf(generation: number): number {
    const said = new RegExp(`"generation":${generation},"partitions":(\\d+),"msg":"partitions assigned"`, 'g');
    const assigned = [...readFileSync(this.service.logFile, 'utf8').matchAll(said)];
    return Number(assigned.at(-1)?.[1] ?? 0);
  }

  private async isReady(): Promise<boolean> {
    return (await fetch(`${this.admin}/health/ready`)).ok;
  }

  /** To the whole process group, which `launch` made its own. */
  private signal(name: NodeJS.Signals): void {
    if (this.service.pid === undefined || !this.service.isRunning) {
      throw new Error(`${this.service.name} is not running: there is nothing to send ${name} to.`);
    }
    process.kill(-this.service.pid, name);
  }
}

/** Whether the processes have all partitions among them, and each has some, as members of the generation's group. */
export function haveShared(projectors: readonly Projector[], generation: number, partitions: number): boolean {
  const shares = projectors.map((projector) => projector.partitionsOf(generation));
  return shares.every((share) => share > 0) && shares.reduce((sum, share) => sum + share, 0) === partitions;
}

export class System {
  private readonly run: Run;
  private readonly services: Service[] = [];

  private constructor(
    readonly servers: RealServers,
    readonly publisher: Publisher,
    private readonly name: string,
  ) {
    this.run = new Run(`flow-${name}`);
  }

  static async open(name: string): Promise<System> {
    const servers = await openNamespace(`flow-${name}`);
    return new System(servers, await Publisher.connect(servers), name);
  }

  /** Resolves when it is a member of its group. */
  async startProjector(environment: Environment = {}): Promise<Projector> {
    const projector = await this.launchProjector(environment);
    await projector.ready();
    return projector;
  }

  /** Does not wait for it to be ready. */
  async launchProjector(environment: Environment = {}): Promise<Projector> {
    const [port = 0] = await freePorts(1);
    const service = this.launch('projector', { ADMIN_PORT: String(port), ...environment });
    return new Projector(service, `http://127.0.0.1:${port}`);
  }

  /** Resolves when it can answer, which needs a projector to have been there before. */
  async startApi(environment: Environment = {}): Promise<Answers> {
    const { service, answers } = await this.openApi(environment);
    await untilReady(service, async () => (await answers.get('/health/ready')).status === 200, READY_TIMEOUT_MS);
    return answers;
  }

  /** Does not wait for it to be ready. */
  async launchApi(environment: Environment = {}): Promise<Answers> {
    return (await this.openApi(environment)).answers;
  }

  private async openApi(environment: Environment): Promise<{ service: Service; answers: Answers }> {
    const [port = 0] = await freePorts(1);
    const service = this.launch('api', { API_PORT: String(port), ...environment });
    return { service, answers: new Answers(`http://127.0.0.1:${port}`) };
  }

  /** `projector <arguments>`, to its end. */
  async operate(...arguments_: string[]): Promise<Operation> {
    const environment = { ...process.env, ...this.environment(), LOG_LEVEL: 'error' };
    const child = spawn(process.execPath, ['stack/run.mjs', 'projector/main.ts', ...arguments_], {
      cwd: PROJECT_FOLDER,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: Number(code), stdout, stderr };
  }

  /** The same with `--json`, and what it says. @throws Error unless it ends with 0. */
  async operateJson(...arguments_: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.operate('--json', ...arguments_);
    if (code !== 0) throw new Error(`projector ${arguments_.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** SIGTERM to all of them; resolves when they are gone. */
  async stopProjectors(): Promise<void> {
    const projectors = this.services.filter(({ name }) => name.startsWith('projector'));
    await Promise.all(projectors.map((service) => service.stop(STOP_GRACE_MS)));
  }

  /** How often the text is in what all processes have said, those that are gone included. */
  timesSaid(text: string): number {
    return this.services.reduce(
      (times, { logFile }) => times + readFileSync(logFile, 'utf8').split(text).length - 1,
      0,
    );
  }

  /** The end of what each process has said. */
  output(): string {
    return this.services
      .map(({ name, logFile }) => {
        const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
        return `--- ${name} of ${this.name}, whole in ${logFile}\n${lines.slice(-OUTPUT_LINES_SHOWN).join('\n')}`;
      })
      .join('\n');
  }

  async close(): Promise<void> {
    await this.publisher.disconnect();
    await this.run.stop();
    await this.servers.remove();
  }

  /** What its processes find the servers and names by. */
  environment(): Environment {
    const { namespace, topics } = this.servers;
    return {
      ...ENVIRONMENT,
      KAFKA_BROKERS: inject('KAFKA_BROKERS'),
      ELASTICSEARCH_URL: inject('ELASTICSEARCH_URL'),
      MONGODB_URL: inject('MONGODB_URL'),
      NAMESPACE: namespace,
      TOPIC_CUSTOMERS: topics.customers,
      TOPIC_PRODUCTS: topics.products,
      TOPIC_ORDERS: topics.orders,
    };
  }

  private launch(program: 'projector' | 'api', environment: Environment): Service {
    const service = this.run.launch({
      name: `${program}-${this.services.length + 1}`,
      command: process.execPath,
      args: ['stack/run.mjs', `${program}/main.ts`],
      folder: PROJECT_FOLDER,
      environment: {
        ...process.env,
        ...this.environment(),
        LOG_LEVEL: 'info',
        ...environment,
      },
      graceMs: STOP_GRACE_MS,
    });
    this.services.push(service);
    return service;
  }
}

/**
 * A system for the tests of one file, closed after them. What the processes said is printed beside a test that failed.
 * Ask the returned function for it within tests.
 */
export function systemFor(name: string): () => System {
  let system: System | undefined;
  beforeAll(async () => {
    system = await System.open(name);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${system?.output()}\n`);
  });
  afterAll(() => system?.close());
  return () => {
    if (system === undefined) throw new Error('The system is there within tests only.');
    return system;
  };
}
