/** The contenders other than the projector: small programs that get a task and tell on standard output how it went. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_FOLDER } from '../stack/folders.js';
import { endedEarly } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import { type MeteredRun, peakBytes, type Spent } from './measure.js';
import { METERED_SERVERS, type Outcome } from './outcome.js';

/** What the programs that read a history are told. */
export interface Task {
  readonly addresses: Addresses;
  readonly topics: { readonly customers: string; readonly products: string; readonly orders: string };
  readonly events: number;
  readonly namespace: string;
  /** Folder of the recording. */
  readonly recording: string;
}

export interface Report {
  readonly documents: number;
  /** Seconds that the program spent on what its work would not need, e.g. reading the recording. */
  readonly asideSeconds: number;
}

/** A line of a program's standard output: `begun` when its work can begin, `done` when all is read and written. */
type Message = { readonly at: 'begun' } | ({ readonly at: 'done' } & Report);

export interface ProgramOutcome extends Outcome {
  readonly asideSeconds: number;
}

interface ProgramRun {
  readonly spent: Spent;
  readonly peakBytes: number | null;
  readonly report: Report;
}

const STOP_GRACE_MS = 10_000;

/** For the programs: what they are to do, as JSON in the variable BENCH_TASK. */
export function readTask<Work>(): Work {
  const task = process.env.BENCH_TASK;
  if (task === undefined) throw new Error('This program is started by the bench: npm run bench.');
  return JSON.parse(task) as Work;
}

/** For the programs. */
export function tell(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The bare limit of a history. */
export async function runBare(run: MeteredRun, task: Task): Promise<ProgramOutcome> {
  const { spent, report, peakBytes: peak } = await runProgram(run, 'bare', task);
  const { bare: cpuOwnSeconds = null, ...cpuServerSeconds } = spent.cpuSeconds;
  const { seconds } = spent;
  return { events: task.events, seconds, cpuOwnSeconds, cpuServerSeconds, peakBytes: peak, ...report };
}

/** Starts `bench/<name>.ts` with the task and measures from `begun` to `done`. */
export async function runProgram(run: MeteredRun, name: string, task: object): Promise<ProgramRun> {
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
  const { documents, asideSeconds } = await Promise.race([heard.done, early]);
  const spent = stopMeter();
  const peak = peakBytes(service.pid);
  early.catch(() => {});
  await service.stop(STOP_GRACE_MS);
  return { spent, peakBytes: peak, report: { documents, asideSeconds } };
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
