import { statement } from '../runtime/screen.js';
import { concealed } from '../runtime/secrets.js';
import { messageOf, StackFailure } from './failure.js';
import type { Run } from './run.js';

// npm passes a Ctrl-C on that the terminal has already delivered: what comes that close is one wish.
const SAME_WISH_MS = 1_000;
const ALIVE_INTERVAL_MS = 3_600_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Supervised {
  run: Run;
  /** Names of the services that stop one after another, before all others. */
  stages: readonly string[];
  /** Called once, when the stop begins because the user asked for it. */
  onStopAsked: () => void;
  /** Starts everything; resolves when it is up. */
  start: (fail: (error: unknown) => void) => Promise<void>;
}

/**
 * Runs until a signal (exit code 0) or a failure (1) ends it, and stops everything in any case.
 * A second signal kills.
 */
export async function supervise({ run, stages, onStopAsked, start }: Supervised): Promise<never> {
  // With every server given there is no child that keeps this process alive.
  const alive = setInterval(() => undefined, ALIVE_INTERVAL_MS);
  const outcome = await new Promise<number>((resolve) => {
    const fail = (error: unknown): void => {
      if (!run.isStopping) process.stderr.write(statement(concealed(describe(error))));
      resolve(1);
    };
    const asked = (): void => {
      onStopAsked();
      resolve(0);
    };
    handleSignals(run, asked);
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    start(fail).catch(fail);
  });
  clearInterval(alive);
  await run.stop(stages);
  process.exit(outcome);
}

function handleSignals(run: Run, asked: () => void): void {
  let firstMs: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (firstMs === undefined) {
        firstMs = performance.now();
        asked();
      } else if (performance.now() - firstMs > SAME_WISH_MS) {
        run.kill();
        process.exit(1);
      }
    });
  }
}

function describe(error: unknown): string {
  if (error instanceof StackFailure) return error.message;
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}
