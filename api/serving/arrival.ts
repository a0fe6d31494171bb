/** The servers of an API that has just started: it answers at once, and says what it lacks until they are there. */
import type { Presence } from '../../runtime/presence/presence.js';
import { Repeated } from '../../runtime/repeated.js';
import { retrying } from '../../runtime/retrying.js';
import type { ServerClock } from '../../runtime/server-clock.js';
import type { Service } from '../../runtime/service.js';
import { StoreUnavailable } from '../ports/errors.js';
import type { RegistrySource } from '../ports/generations.js';

/** How often MongoDB is asked for its time. */
const CLOCK_ASK_MS = 10_000;
/** How soon again until it has told. */
const CLOCK_RETRY = { firstDelayMs: 100, delayMaxMs: 1_000 };

export interface Listening extends Service {
  /** Resolves with the port once it listens. */
  listen(): Promise<number>;
  /** `drainGraceMs`: for so long others are still answered; as it is set, without. */
  stop(drainGraceMs?: number): Promise<void>;
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
    // Beside the others: until MongoDB has told its time, the machine's clock counts.
    const keepTime = async () => {
      await retrying(() => this.clock.ask(), {
        ...CLOCK_RETRY,
        isPassing: () => true,
        onFailure: () => {},
        signal: ending.signal,
      });
      await asking.run();
    };
    const begin = () => {
      Promise.all([this.presence.untilAllAnswer(ending.signal), keepTime()]).catch((error: unknown) => {
        if (!ending.signal.aborted) refused(error);
      });
    };
    const stop = async (drainGraceMs?: number) => {
      ending.abort(new Error('Stopped while servers were waited for.'));
      await Promise.all([asking.stop(), served.stop(drainGraceMs)]);
    };
    // What cannot go on ends at once: there is nothing that a balancer could still send to it.
    const orEnd = async <Result>(work: Promise<Result>): Promise<Result> => {
      begin();
      try {
        return await work;
      } catch (error) {
        await stop(0);
        throw error;
      }
    };
    return {
      listen: () => orEnd(served.listen()),
      run: () => orEnd(Promise.race([served.run(), refusal])),
      stop: () => stop(),
    };
  }
}
