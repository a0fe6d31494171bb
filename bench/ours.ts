/** One round of catching up by the projector itself. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackFailure } from '../stack/failure.js';
import { cacheFolder, PROJECT_FOLDER } from '../stack/folders.js';
import type { History } from './feed.js';
import type { Ground } from './ground.js';
import type { MeteredRun, Spent } from './measure.js';
import type { Outcome } from './outcome.js';
import type { ProjectorMetrics } from './projector-metrics.js';
import { PROJECTOR, type ProjectorProgram, projectorEnvironment, RunningProjector } from './running-projector.js';

export interface OursOutcome extends Outcome {
  readonly metrics: ProjectorMetrics;
}

/** Compiles projector and API as for production. @returns the projector's main file. */
export function buildProjector(): string {
  const folder = path.join(cacheFolder(), 'bench-dist');
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const configuration = path.join(PROJECT_FOLDER, 'bench', 'tsconfig.projector.json');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', configuration, '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new StackFailure(`The projector or the API does not compile:\n${stdout}`);
  return path.join(folder, 'projector', 'main.js');
}

/**
 * Timed from the moment at which the projector says that it is ready to the moment at which all its durable positions
 * are the ends of the topics.
 */
export async function runOurs(
  run: MeteredRun,
  ground: Ground,
  history: History,
  program: ProjectorProgram,
  namespace: string,
): Promise<OursOutcome> {
  const environment = projectorEnvironment(ground.addresses, history.topics, namespace);
  const projector = await RunningProjector.start(run, program, environment);
  const stopMeter = projector.startMeter();
  await projector.until(25, () => ground.hasCaughtUp(namespace, history));
  const outcome = outcomeOf(history.events, stopMeter(), projector.peakBytes, await projector.metrics());
  await projector.stop();
  await ground.clear(namespace);
  return outcome;
}

export function outcomeOf(
  events: number,
  { seconds, cpuSeconds }: Spent,
  peak: number | null,
  metrics: ProjectorMetrics,
): OursOutcome {
  const { [PROJECTOR]: cpuOwnSeconds = null, ...cpuServerSeconds } = cpuSeconds;
  return { events, seconds, cpuOwnSeconds, cpuServerSeconds, peakBytes: peak, documents: metrics.documents, metrics };
}
