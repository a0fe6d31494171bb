/** The servers of an API that has just started: it answers at once, and says what it lacks until they are there. */
import type { Presence } from '../runtime/presence/presence.js';
import { Repeated } from '../runtime/repeated.js';
import type { ServerClock } from '../runtime/server-clock.js';
import type { Service } from '../runtime/service.js';
import { StoreUnavailable } from './ports.js';
import type { RegistrySource } from './served-generation.js';

/** How often MongoDB is asked for its time. */
const CLOCK_ASK_MS = 10_000;

interface Listening extends Service {
  /** Resolves with the port once it listens. */
  listen(): Promise<number>;
}

export class Arrival {
  constructor(
    private readonly presence: Presence,
    readonly clock: ServerClock,
  ) {}

  /** While MongoDB has not answered yet, nobody waits for it as long as for a store that has. */
  before(registry: RegistrySource): RegistrySource {
    return {
      read: async () => {
        const lack = await this.presence.lackOf('MongoDB');
        if (lack !== null) throw new StoreUnavailable('mongodb', { cause: new Error(lack) });
        return registry.read();
      },
    };
  }

  /** Looks for the servers from when the other listens. @throws SettingsError from `run` where no waiting helps. */
  beside(served: Listening): Listening {
    const ending = new AbortController();
    const asking = new Repeated(() => this.clock.ask().catch(() => {}), CLOCK_ASK_MS);
    let refused: (error: unknown) => void = () => {};
    const refusal = new Promise<never>((_, reject) => {
      refused = reject;
    });
    refusal.catch(() => {});
    const look = async () => {
      await this.presence.untilAllAnswer(ending.signal);
      await asking.run();
    };
    const begin = () => {
      look().catch((error: unknown) => {
        if (!ending.signal.aborted) refused(error);
      });
    };
    const stop = async () => {
      ending.abort(new Error('Stopped while servers were waited for.'));
      await Promise.all([asking.stop(), served.stop()]);
    };
    return {
      async listen() {
        begin();
        return served.listen();
      },
      async run() {
        begin();
        await Promise.race([served.run(), refusal]).catch(async (error: unknown) => {
          await stop();
          throw error;
        });
      },
      stop,
    };
  }
}
