/** The projector within the bench's own process, where something may stand between it and the world. */
import { composeProjector, type ProjectorOptions } from '../projector/composition.js';
import { projectorSettings } from '../projector/config.js';
import { createLog } from '../runtime/log.js';
import type { Service } from '../runtime/service.js';
import { readSettings } from '../runtime/settings.js';

const OPEN_LOOK_MS = 20;

export class EmbeddedProjector {
  private readonly ended: Promise<void>;
  private hasEnded = false;

  private constructor(private readonly service: Service) {
    this.ended = service.run().finally(() => {
      this.hasEnded = true;
    });
    // Told by `until` and by `stop`.
    this.ended.catch(() => {});
  }

  /** Resolves when it has what it needs: topics are there, and a generation. */
  static async start(
    environment: NodeJS.ProcessEnv,
    options: Omit<ProjectorOptions, 'startNew'>,
  ): Promise<EmbeddedProjector> {
    const settings = readSettings(projectorSettings, { ADMIN_PORT: '0', ...environment, LOG_LEVEL: 'warn' });
    const log = createLog('projector in the bench', settings.LOG_LEVEL);
    const service = await composeProjector(settings, log, { ...options, startNew: false });
    const projector = new EmbeddedProjector(service);
    await projector.until(OPEN_LOOK_MS, async () => service.isOpen);
    return projector;
  }

  /** Asks again after every `stepMs` until the answer is yes. @throws what the projector has failed with. */
  async until(stepMs: number, probe: () => Promise<boolean>): Promise<void> {
    while (!(await probe())) {
      if (this.hasEnded) {
        await this.ended;
        throw new Error('The projector ended before it had done what the bench waits for.');
      }
      await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, stepMs))]);
    }
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.ended;
  }
}
