/** The contenders other than the projector: small programs that get a task and tell on standard output how it went. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_FOLDER } from '../stack/folders.js';
import { endedEarly } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import { type MeteredRun, peakBytes } from './measure.js';
import { METERED_SERVERS, type Outcome } from './outcome.js';

/** What a program is told, as JSON in the variable BENCH_TASK. */
export interface Task {
  readonly addresses: Addresses;
  readonly topics: { readonly customers: string; readonly products: string; readonly orders: string };
  readonly events: number;
  readonly namespace: string;
  /** Folder of the recording. */
  readonly recording: string;
}

export interface Report {
  readonly events: number;
  readonly documents: number;
  /** Seconds that the program spent on what its work would not need, e.g. reading the recording. */
  readonly asideSeconds: number;
}

/** A line of a program's standard output: `begun` when its first fetch can begin, `done` when all is read and written. */
type Message = { readonly at: 'begun' } | ({ readonly at: 'done' } & Report);

export interface ProgramOutcome extends Outcome {
  readonly asideSeconds: number;
}

const STOP_GRACE_MS = 10_000;

/** For the programs: what they are to do. */
export function readTask(): Task {
  const task = process.env.BENCH_TASK;
  if (task === undefined) throw new Error('This program is started by the bench: npm run bench.');
  return JSON.parse(task) as Task;
}

/** For the programs. */
export function tell(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

export async function runProgram(run: MeteredRun, name: 'bare' | 'naive', task: Task): Promise<ProgramOutcome> {
  const heard = new Hearing();
  const service = run.launch({
    name,
    command: process.execPath,
    args: ['--import', fileURLToPath(import.meta.resolve('tsx')), path.join(PROJECT_FOLDER, 'bench', `${name}.ts`)],
    environment: { ...process.env, BENCH_TASK: JSON.stringify(task) },
    onLine: (line) => heard.hear(JSON.parse(line) as Message),
  });
  const early = service.exited.then((exit) => {
    throw endedEarly(service, exit);
  });
  await Promise.race([heard.begun, early]);
  const stopMeter = run.startMeter([...METERED_SERVERS, name]);
  const report = await Promise.race([heard.done, early]);
  const { seconds, cpuSeconds } = stopMeter();
  const peak = peakBytes(service.pid);
  early.catch(() => {});
  await service.stop(STOP_GRACE_MS);
  const { [name]: cpuOwnSeconds = null, ...cpuServerSeconds } = cpuSeconds;
  const { events, documents, asideSeconds } = report;
  return { events, seconds, cpuOwnSeconds, cpuServerSeconds, peakBytes: peak, documents, asideSeconds };
}

class Hearing {
  hear: (message: Message) => void = () => {};
  readonly begun: Promise<void>;
  readonly done: Promise<Report>;

  constructor() {
    let begin: () => void = () => {};
    let finish: (report: Report) => void = () => {};
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    this.done = new Promise((resolve) => {
      finish = resolve;
    });
    this.hear = (message) => (message.at === 'begun' ? begin() : finish(message));
  }
}
