import { StackFailure } from '../stack/failure.js';
import { progressOn } from '../stack/progress.js';
import { benchLive } from './live.js';
import { MeteredRun } from './measure.js';
import { HELP, OptionsError, readCommand } from './options.js';

process.exit(await main());

/** @returns the exit code: 0 measured, 1 failed, 2 unusable options. */
async function main(): Promise<number> {
  try {
    const command = readCommand(process.argv.slice(2), process.env);
    if (command.kind === 'live')
      return await measured((run) => benchLive(run, progressOn(process.stderr), command.options));
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  }
}

/** Prints the report; stops everything that the bench has started in any case. */
async function measured(bench: (run: MeteredRun) => Promise<string>): Promise<number> {
  const run = new MeteredRun('bench');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void run.stop().then(() => process.exit(1)));
  }
  try {
    process.stdout.write(`${await bench(run)}\n`);
    return 0;
  } catch (error) {
    // What a stop has cut off is no failure of its own.
    if (!run.isStopping) process.stderr.write(`bench: ${explain(error)}\n`);
    return 1;
  } finally {
    await run.stop();
  }
}

function explain(error: unknown): string {
  if (error instanceof StackFailure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
