/** From nothing to an open generation, whatever of the servers is there: it is waited for, and can be ended at once. */
import type { Log } from '../../runtime/log.js';
import type { Presence } from '../../runtime/presence/presence.js';
import { messageOf, retrying } from '../../runtime/retrying.js';
import { untilStopped } from '../../runtime/stopping.js';
import { isPassing } from '../kafka/passing.js';

export class Starting {
  private readonly ending = new AbortController();
  private hindrance: string | null = null;
  private isOver = false;

  constructor(
    private readonly presence: Presence,
    /** May be done again as a whole when a server goes away in the middle of it. */
    private readonly open: () => Promise<void>,
    private readonly log: Log,
  ) {}

  /** What is waited for, each in a sentence; `null` once it is over. */
  get lacking(): readonly string[] | null {
    if (this.isOver) return null;
    return this.hindrance === null ? this.presence.lacking : [this.hindrance];
  }

  /** Whether it has come to its end, or was stopped before. @throws Error when no waiting helps. */
  async run(): Promise<'open' | 'stopped'> {
    const { signal } = this.ending;
    return untilStopped(this.untilOpen(signal), signal);
  }

  stop(): void {
    this.ending.abort(new Error('Stopped while it was waiting.'));
  }

  private async untilOpen(signal: AbortSignal): Promise<'open'> {
    await retrying(
      async () => {
        await this.presence.untilAllAnswer(signal);
        this.hindrance = null;
        await this.open();
      },
      {
        isPassing,
        onFailure: (error, { delayMs }) => {
          this.hindrance = messageOf(error);
          this.log.warn({ delayMs }, `starting is tried again: ${this.hindrance}`);
        },
        firstDelayMs: 250,
        delayMaxMs: 5_000,
        signal,
      },
    );
    this.isOver = true;
    return 'open';
  }
}
