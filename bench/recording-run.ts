import { mkdir } from 'node:fs/promises';
import { composeProjector } from '../projector/composition.js';
import { projectorSettings } from '../projector/config.js';
import { createLog } from '../runtime/log.js';
import { readSettings } from '../runtime/settings.js';
import type { Ground } from './ground.js';
import type { History } from './history.js';
import { projectorEnvironment } from './ours.js';
import { Recording, type RecordingIndex } from './recording.js';

const LOOK_AGAIN_MS = 100;

/** One run of the projector, not timed, that leaves in the folder all documents that it sent. */
export async function recordRun(
  ground: Ground,
  history: History,
  namespace: string,
  folder: string,
): Promise<RecordingIndex> {
  await mkdir(folder, { recursive: true });
  const recording = await Recording.begin(folder);
  const settings = readSettings(projectorSettings, {
    ...projectorEnvironment(ground, history, namespace),
    ADMIN_PORT: '0',
    LOG_LEVEL: 'warn',
  });
  const projector = await composeProjector(settings, createLog('recording', settings.LOG_LEVEL), {
    startNew: false,
    aroundDocuments: (documents) => recording.around(documents),
  });
  const running = projector.run();
  let ended = false;
  const watched = running.finally(() => {
    ended = true;
  });
  while (!ended && !(await ground.hasCaughtUp(namespace, history))) {
    await Promise.race([watched, new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))]);
  }
  await projector.stop();
  await running;
  await ground.clear(namespace);
  return recording.end();
}
