/** Waits for the servers that a process needs, in whatever order they are started, and says which are still away. */
import type { Log } from '../log.js';
import { messageOf, retrying } from '../retrying.js';
import { SettingsError } from '../settings.js';
import { absence, type Server } from './server.js';

/** Whoever says nothing for so long is told of as if it were away. */
const SILENT_MS = 700;
const NO_ANSWER_YET = 'no answer yet';
const FIRST_DELAY_MS = 250;
const DELAY_MAX_MS = 5_000;
/** Said again after so long. */
const REMIND_MS = 60_000;

export class Presence {
  /** By the server's name, in words; of those that are away, or have not answered yet. */
  private readonly absences = new Map<Server['name'], string>();
  private readonly unknown: Set<Server['name']>;
  private told: () => void = () => {};
  private readonly known = new Promise<void>((resolve) => {
    this.told = resolve;
  });

  constructor(
    private readonly servers: readonly Server[],
    private readonly log: Log,
  ) {
    this.unknown = new Set(servers.map(({ name }) => name));
  }

  /** What is waited for, each in a sentence. */
  get lacking(): readonly string[] {
    return [...this.absences.values()];
  }

  /** Resolves within a second of the beginning, and when the waiting ends: `null` when the server is not waited for. */
  async lackOf(name: Server['name']): Promise<string | null> {
    await this.known;
    return this.absences.get(name) ?? null;
  }

  /**
   * Resolves when all have answered. Each that is away is told of once, again after a minute, and when it is there.
   * @throws SettingsError at once where no waiting helps, and the signal's reason once that is aborted.
   */
  async untilAllAnswer(signal: AbortSignal): Promise<void> {
    const ended = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      signal.throwIfAborted();
      await Promise.race([Promise.all(this.servers.map((server) => this.untilAnswers(server, signal))), ended]);
    } catch (error) {
      // Nobody tells any more of those that have not answered: who asks for them is not to wait for that.
      const silent = this.servers.filter(({ name }) => this.unknown.has(name));
      for (const server of silent) this.decide(server.name, absence(server, NO_ANSWER_YET));
      throw error;
    }
  }

  private async untilAnswers(server: Server, signal: AbortSignal): Promise<void> {
    const { name } = server;
    let toldAt = Number.NEGATIVE_INFINITY;
    const miss = (why: string) => {
      const sentence = absence(server, why);
      this.decide(name, sentence);
      if (performance.now() - toldAt < REMIND_MS) return;
      toldAt = performance.now();
      this.log.warn({ server: name, setting: server.setting, address: server.address }, `${sentence}. Waiting for it.`);
    };
    const silence = setTimeout(() => miss(NO_ANSWER_YET), SILENT_MS);
    try {
      await retrying(() => server.probe(), {
        isPassing: (error) => !(error instanceof SettingsError),
        onFailure: (error) => {
          clearTimeout(silence);
          miss(reasonOf(error));
        },
        firstDelayMs: FIRST_DELAY_MS,
        delayMaxMs: DELAY_MAX_MS,
        signal,
      });
    } catch (error) {
      if (error instanceof SettingsError) this.decide(name, error.message);
      throw error;
    } finally {
      clearTimeout(silence);
    }
    if (this.absences.has(name)) this.log.info({ server: name }, `${name} answers`);
    this.decide(name, null);
  }

  private decide(name: Server['name'], sentence: string | null): void {
    if (sentence === null) this.absences.delete(name);
    else this.absences.set(name, sentence);
    this.unknown.delete(name);
    if (this.unknown.size === 0) this.told();
  }
}

/** Libraries say what went wrong in several lines, or leave it to the cause. */
function reasonOf(error: unknown): string {
  const [first = ''] = messageOf(error).split('\n');
  return first === '' ? 'no answer' : first;
}

/** Those that do not answer now, by name. @throws SettingsError where no waiting helps. */
export async function absentOf(servers: readonly Server[]): Promise<readonly string[]> {
  const found = await Promise.all(
    servers.map((server) =>
      server.probe().then(
        () => [],
        (error: unknown) => {
          if (error instanceof SettingsError) throw error;
          return [absence(server, reasonOf(error))];
        },
      ),
    ),
  );
  return found.flat();
}
