import { StackFailure } from '../stack/failure.js';
import { progressOn } from '../stack/progress.js';
import { apiBench } from './api.js';
import { pressureBench } from './api-pressure.js';
import type { Bench } from './declaration.js';
import { fanOutBench } from './fan-out.js';
import { groupsBench } from './groups.js';
import { growthBench } from './growth.js';
import { liveBench } from './live.js';
import { MeteredRun } from './measure.js';
import { OptionsError } from './options.js';
import { rebuildBench } from './rebuild.js';
import { waitBench } from './waiting.js';

const BENCHES: readonly Bench[] = [
  liveBench,
  fanOutBench,
  groupsBench,
  rebuildBench,
  growthBench,
  apiBench,
  pressureBench,
  waitBench,
];

const HELP = `npm run bench -- [${BENCHES.map(({ name }) => name).join(' | ')}] [options]

${BENCHES.map(({ help }) => help).join('\n\n')}

The bench starts the embedded servers on free ports. KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL name existing
ones instead, each by itself; their CPU time is then unknown. Everything else in the environment reaches the projector:
BATCH_EVENTS_MAX=8000 npm run bench measures that setting. docs/benchmarks.md says what each figure means.
`;

process.exit(await main(process.argv.slice(2)));

/** @returns the exit code: 0 measured, 1 failed, 2 unusable options. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const named = args[0] !== undefined && !args[0].startsWith('-');
    const bench = benchNamed(named ? args[0] : liveBench.name);
    return await measured(bench.prepare(named ? args.slice(1) : args, process.env));
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  }
}

function benchNamed(name: string | undefined): Bench {
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (bench !== undefined) return bench;
  const names = BENCHES.map((candidate) => candidate.name).join(', ');
  throw new OptionsError(`There is no bench "${name}": choose one of ${names}, or see --help.`);
}

/** Prints the report; stops everything that the bench has started in any case. */
async function measured(measure: ReturnType<Bench['prepare']>): Promise<number> {
  const run = new MeteredRun('bench');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void run.stop().then(() => process.exit(1)));
  }
  try {
    process.stdout.write(`${await measure(run, progressOn(process.stderr))}\n`);
    return 0;
  } catch (error) {
    // What a stop has cut off is no failure of its own.
    if (!run.isStopping) process.stderr.write(`bench: ${explain(error)}\n`);
    return error instanceof OptionsError ? 2 : 1;
  } finally {
    await run.stop();
  }
}

function explain(error: unknown): string {
  if (error instanceof StackFailure || error instanceof OptionsError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
