/**
 * Feeds the sample shop: its history once, then live events until SIGINT or SIGTERM. With `--history-only` it ends
 * after the history. The settings are in config.ts.
 */
import { messageOf } from '../runtime/retrying.js';
import { statement } from '../runtime/screen.js';
import { readConfig } from './config.js';
import { Feeder } from './feeder.js';

/** A send under way when the stop comes gets this long; nothing is lost that a next start would need. */
const STOP_MAX_MS = 2000;

const stopping = new AbortController();
function stop(): void {
  stopping.abort();
  setTimeout(() => process.exit(0), STOP_MAX_MS).unref();
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  const config = readConfig(process.env, process.argv.slice(2));
  await new Feeder(config, (line) => process.stdout.write(`${line}\n`), stopping.signal).run();
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  process.stderr.write(statement(messageOf(error)));
  process.exit(1);
}
