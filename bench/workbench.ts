import type { Progress } from '../stack/progress.js';
import { startServers } from '../stack/servers.js';
import { Ground } from './ground.js';
import type { MeteredRun } from './measure.js';
import { buildProjector } from './ours.js';

/** What every bench has at hand. */
export interface Workbench {
  readonly run: MeteredRun;
  readonly ground: Ground;
  readonly progress: Progress;
  /** Names everything that this bench makes; the names of topics begin with it. */
  readonly prefix: string;
  /** The projector's compiled main file. */
  readonly main: string;
  /** A namespace that is cleared at the end. */
  namespace(name: string): string;
}

/** Compiles the projector, starts the servers, and removes what the bench has made in any case. */
export async function onWorkbench<Result>(
  run: MeteredRun,
  progress: Progress,
  measure: (bench: Workbench) => Promise<Result>,
): Promise<Result> {
  progress('projector', 'compiling');
  const main = buildProjector();
  const ground = new Ground(await startServers(run, progress, 'free'));
  const prefix = `bench-${Date.now().toString(36)}`;
  const namespaces = new Set<string>();
  const namespace = (name: string): string => {
    namespaces.add(`${prefix}-${name}`);
    return `${prefix}-${name}`;
  };
  try {
    return await measure({ run, ground, progress, prefix, main, namespace });
  } finally {
    if (!run.isStopping) {
      for (const name of namespaces) await ground.clear(name);
      await ground.removeTopics(prefix);
    }
    await ground.close();
  }
}

/** What the report's reader has to know of the servers. */
export function serversNote(): string {
  return process.env.MONGODB_URL
    ? 'MongoDB is the server that MONGODB_URL names.'
    : 'MongoDB is the in-memory stand-in of the embedded stack, not a mongod: its speed says nothing about MongoDB.';
}
