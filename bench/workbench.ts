import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackFailure } from '../stack/failure.js';
import { cacheFolder, PROJECT_FOLDER } from '../stack/folders.js';
import type { Progress } from '../stack/progress.js';
import { startServers } from '../stack/servers.js';
import { Feed } from './feed.js';
import { Ground } from './ground.js';
import type { MeteredRun } from './measure.js';

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
  /** Topics of its own, by the name; they are closed and removed at the end. */
  feed(name?: string): Promise<Feed>;
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
  const feeds: Feed[] = [];
  const feed = async (name = 'events'): Promise<Feed> => {
    const opened = await Feed.open(ground.kafka, `${prefix}-${name}`);
    feeds.push(opened);
    return opened;
  };
  try {
    return await measure({ run, ground, progress, prefix, main, namespace, feed });
  } finally {
    for (const opened of feeds) await opened.close();
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

/** Compiles projector and API as for production. @returns the projector's main file. */
function buildProjector(): string {
  const folder = path.join(cacheFolder(), 'bench-dist');
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const configuration = path.join(PROJECT_FOLDER, 'bench', 'tsconfig.projector.json');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', configuration, '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new StackFailure(`The projector or the API does not compile:\n${stdout}`);
  return path.join(folder, 'projector', 'main.js');
}
