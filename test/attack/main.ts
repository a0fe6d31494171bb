/** `npm run attack`: ends with 0 when every promise was kept, 1 when one was broken or it failed, 2 when it is called in a wrong way. */
import { MeteredRun } from '../../bench/measure.js';
import { onWorkbench } from '../../bench/workbench.js';
import { StackFailure } from '../../stack/failure.js';
import { progressOn } from '../../stack/progress.js';
import { HELP, readSiegeOptions } from './options.js';
import { reportOn } from './report.js';
import { besiege, type SiegeOptions } from './siege.js';
import { brokenPromises } from './verdict.js';

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  let options: SiegeOptions;
  try {
    options = readSiegeOptions(args);
  } catch (error) {
    process.stderr.write(`attack: ${error instanceof Error ? error.message : error} See --help.\n`);
    return 2;
  }
  return attack(options);
}

/** Prints the report; stops everything that it has started in any case. */
async function attack(options: SiegeOptions): Promise<number> {
  const run = new MeteredRun('attack');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void run.stop().then(() => process.exit(1)));
  }
  try {
    const outcome = await onWorkbench(run, progressOn(process.stderr), (bench) => besiege(bench, options));
    const broken = brokenPromises(outcome.calm, outcome.attacked, outcome.aftermath);
    const verdict = broken.length === 0 ? ['Every promise was kept.'] : broken.map((sentence) => `BROKEN: ${sentence}`);
    process.stdout.write(`${reportOn(outcome)}\n\n${verdict.join('\n')}\n`);
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    // What a stop has cut off is no failure of its own.
    if (!run.isStopping) process.stderr.write(`attack: ${explain(error)}\n`);
    return 1;
  } finally {
    await run.stop();
  }
}

function explain(error: unknown): string {
  if (error instanceof StackFailure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
