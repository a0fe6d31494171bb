/** How everything that lives long is started and stopped. */
import type { z } from 'zod';
import type { Log } from './log.js';
import { argumentProblem } from './process-arguments.js';
import { messageOf } from './retrying.js';
import { statement } from './screen.js';
import { helpText, readSettings, SettingsError } from './settings.js';

export interface Service {
  /** Resolves when the service has ended, rejects when it cannot go on. */
  run(): Promise<void>;
  /** Asks it to end in order; `run()` resolves afterwards. Safe to call more than once. */
  stop(): Promise<void>;
}

const STOP_DEADLINE_MS = 20_000;

/**
 * Runs one service as a process: `--help`, settings, signals, exit code (0 ended in order, 1 failed, 2 unusable
 * settings or arguments; beside `--help` it takes `options`). A second signal, or a stop that takes longer than 20 s, ends the process at once: it may always be killed.
 */
export async function runProcess<Schema extends z.ZodObject>(
  program: { name: string; about: string; settings: Schema; options?: readonly string[] },
  compose: (settings: z.output<Schema>) => Promise<{ service: Service; log: Log }>,
): Promise<void> {
  const given = process.argv.slice(2);
  const options = ['--help', ...(program.options ?? [])];
  const problem = argumentProblem(given, { options, settings: Object.keys(program.settings.shape) });
  if (problem !== null) {
    process.stderr.write(statement(`${program.name}: ${problem}`));
    process.exit(2);
  }
  if (given.includes('--help')) {
    process.stdout.write(helpText(program.name, program.about, program.settings));
    return;
  }
  try {
    const { service, log } = await compose(readSettings(program.settings, process.env));
    stopOnSignals(service, log);
    await service.run();
    process.exit(0);
  } catch (error) {
    process.stderr.write(statement(`${program.name}: ${messageOf(error)}`));
    process.exit(error instanceof SettingsError ? 2 : 1);
  }
}

function stopOnSignals(service: Service, log: Log): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
      service.stop().catch((error: unknown) => {
        log.error({ err: error }, 'stop failed');
        process.exit(1);
      });
    });
  }
}
