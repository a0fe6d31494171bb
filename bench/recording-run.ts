import { EmbeddedProjector } from './embedded-projector.js';
import type { History } from './feed.js';
import type { Ground } from './ground.js';
import { Recording } from './recording.js';
import { projectorEnvironment } from './running-projector.js';

/**
 * One run of the projector, not timed, that leaves in the folder all documents that it sent.
 * @returns the number of distinct documents.
 */
export async function recordRun(ground: Ground, history: History, namespace: string, folder: string): Promise<number> {
  const recording = await Recording.begin(folder);
  const environment = projectorEnvironment(ground.addresses, history.topics, namespace);
  const projector = await EmbeddedProjector.start(
    { ...environment, ADMIN_PORT: '0' },
    { aroundDocuments: (documents) => recording.around(documents) },
  );
  await projector.until(100, () => ground.hasCaughtUp(namespace, history));
  await projector.stop();
  await ground.clear(namespace);
  return recording.end();
}
