/** bench/replay.ts as the benches see it: a process that gets a task and tells on standard output how it went. */
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_FOLDER } from '../stack/folders.js';
import { endedEarly } from '../stack/process.js';
import type { Addresses } from '../stack/servers.js';
import type { History } from './feed.js';
import { memoryBytes } from './measure.js';
import { METERED_SERVERS, type Outcome, outcomeOf } from './outcome.js';
import type { Workbench } from './workbench.js';

interface Replay {
  /** Of its own: where it writes. */
  readonly namespace: string;
  /** Folder of the recorded requests. */
  readonly recording: string;
  /** Whether the views' indexes and collections are there already. */
  readonly isAgain?: boolean;
  /** What is read and parsed meanwhile. */
  readonly history?: Pick<History, 'topics' | 'events'>;
}

export type ReplayTask = Replay & { readonly addresses: Addresses };

interface Done {
  readonly at: 'done';
  readonly documents: number;
  /** Seconds that it spent on parsing the recording, which the projector need not. */
  readonly asideSeconds: number;
}

/** `begun` when its work can begin, `done` when all is read and written. */
type Message = { readonly at: 'begun' } | Done;

export type BareOutcome = Outcome & Pick<Done, 'asideSeconds'>;

/** The name by which its CPU time is told apart. */
const BARE = 'bare';
const STOP_GRACE_MS = 10_000;

/** For the program: what it is to do, as JSON in the variable BENCH_TASK. */
export function readTask(): ReplayTask {
  const task = process.env.BENCH_TASK;
  if (task === undefined) throw new Error('This program is started by the bench: npm run bench.');
  return JSON.parse(task) as ReplayTask;
}

/** For the program. */
export function tell(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Measured from `begun` to `done`. */
export async function replay({ run, ground }: Workbench, task: Replay): Promise<BareOutcome> {
  const full: ReplayTask = { ...task, addresses: ground.addresses };
  const heard = new EventEmitter();
  const [begun, done] = [once(heard, 'begun'), once(heard, 'done')];
  const service = run.launch({
    name: BARE,
    command: process.execPath,
    args: ['--import', fileURLToPath(import.meta.resolve('tsx')), path.join(PROJECT_FOLDER, 'bench', 'replay.ts')],
    environment: { ...process.env, BENCH_TASK: JSON.stringify(full) },
    onLine: (line) => {
      const message = JSON.parse(line) as Message;
      heard.emit(message.at, message);
    },
  });
  const early = service.exited.then((exit) => {
    throw endedEarly(service, exit);
  });
  await Promise.race([begun, early]);
  const stopMeter = run.startMeter([...METERED_SERVERS, BARE]);
  const [{ documents, asideSeconds }] = (await Promise.race([done, early])) as [Done];
  const spent = stopMeter();
  const peak = memoryBytes(service.pid, 'VmHWM');
  early.catch(() => {});
  await service.stop(STOP_GRACE_MS);
  return { ...outcomeOf(BARE, spent, { events: task.history?.events ?? 0, documents, peakBytes: peak }), asideSeconds };
}
