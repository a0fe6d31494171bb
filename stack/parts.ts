import { limitedInTime } from '../runtime/time-limit.js';
import { PROJECT_FOLDER } from './folders.js';
import { assertPortFree, portFrom } from './ports.js';
import { type Service, untilReady } from './process.js';
import { type Progress, secondsSince } from './progress.js';
import type { Run } from './run.js';

const READY_TIMEOUT_MS = 90_000;
const FIRST_ANSWER_MAX_MS = 30_000;
const ASK_MS_MAX = 5_000;
const PART_GRACE_MS = 10_000;
const WARNING_LEVEL = 40;

/** One of the project's own processes, run from its TypeScript source. */
export interface Part {
  name: string;
  file: string;
  /** Where it answers about its health; undefined when it does not. */
  health?: { host: string; port: number; portVariable: string };
}

export function systemParts(): { projector: Part; api: Part; sample: Part } {
  const host = (variable: string): string => process.env[variable]?.trim() || '127.0.0.1';
  return {
    projector: {
      name: 'projector',
      file: 'projector/main.ts',
      health: { host: host('ADMIN_HOST'), port: portFrom('ADMIN_PORT', 8081), portVariable: 'ADMIN_PORT' },
    },
    api: {
      name: 'api',
      file: 'api/main.ts',
      health: { host: host('API_HOST'), port: portFrom('API_PORT', 8080), portVariable: 'API_PORT' },
    },
    sample: { name: 'sample', file: 'sample/main.ts' },
  };
}

/** @throws StackFailure */
export async function assertPartCanListen({ name, health }: Part): Promise<void> {
  if (health) await assertPortFree(health.port, `the ${name}`, health.portVariable, health.host);
}

/** The base URL on which a part is reached from this machine. */
export function urlOf({ health }: Part): string {
  if (!health) throw new Error('Only a part that listens has a URL.');
  const host = health.host === '0.0.0.0' || health.host === '::' ? '127.0.0.1' : health.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${health.port}`;
}

/** Starts a part; of its JSON log, warnings and worse are shown, all goes to its log file. */
export function launchPart(run: Run, progress: Progress, part: Part, environment: NodeJS.ProcessEnv): Service {
  return run.launch({
    name: part.name,
    command: process.execPath,
    args: [
      '--max-old-space-size=400',
      '--max-semi-space-size=32',
      '--enable-source-maps',
      '--import',
      'tsx',
      part.file,
    ],
    folder: PROJECT_FOLDER,
    environment: { ...process.env, ...environment },
    graceMs: PART_GRACE_MS,
    onLine: (line) => {
      const shown = shownOf(line);
      if (shown && !run.isStopping) progress(part.name, shown);
    },
  });
}

export async function untilHealthy(progress: Progress, part: Part, service: Service): Promise<void> {
  const startedMs = performance.now();
  await untilReady(service, async () => isReady(`${urlOf(part)}/health/ready`), READY_TIMEOUT_MS);
  progress(part.name, `ready in ${secondsSince(startedMs)} at ${urlOf(part)}`);
}

/** Waits, but not for ever, until a list of the API has something in it, so that the requests shown have too. */
export async function untilAnswered(listUrl: string): Promise<void> {
  const deadline = performance.now() + FIRST_ANSWER_MAX_MS;
  while (performance.now() < deadline) {
    if (await hasItems(listUrl).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function hasItems(listUrl: string): Promise<boolean> {
  const answer: unknown = await limitedInTime(ASK_MS_MAX, async (signal) => (await fetch(listUrl, { signal })).json());
  return typeof answer === 'object' && answer !== null && 'data' in answer && Array.isArray(answer.data)
    ? answer.data.length > 0
    : false;
}

async function isReady(url: string): Promise<boolean> {
  return limitedInTime(ASK_MS_MAX, async (signal) => {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return response.ok;
  });
}

/** What of a line is shown: plain text as it is, of a JSON log only what warns. */
function shownOf(line: string): string | undefined {
  if (!line.startsWith('{')) return line.trim() || undefined;
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof entry !== 'object' || entry === null || !('level' in entry)) return line;
  if (typeof entry.level !== 'number' || entry.level < WARNING_LEVEL) return undefined;
  const text = 'msg' in entry ? String(entry.msg) : line;
  const error = 'err' in entry && typeof entry.err === 'object' && entry.err !== null ? entry.err : {};
  return 'message' in error ? `${text}: ${String(error.message)}` : text;
}
