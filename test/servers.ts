import type { TestProject } from 'vitest/node';
import { StackFailure } from '../stack/failure.js';
import { progressOn } from '../stack/progress.js';
import { Run } from '../stack/run.js';
import { type Addresses, startServers } from '../stack/servers.js';

declare module 'vitest' {
  /** `inject('KAFKA_BROKERS')` and so on: the addresses of the servers to test with. */
  export interface ProvidedContext extends Addresses {}
}

/**
 * Starts the embedded servers once for all tests, on free ports, unless their addresses are given in
 * KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = new Run('test');
  // Vitest ends without teardown when it is told to; what remains is killed as the process exits.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  try {
    const addresses = await startServers(run, progressOn(process.stderr), 'free');
    project.provide('KAFKA_BROKERS', addresses.KAFKA_BROKERS);
    project.provide('ELASTICSEARCH_URL', addresses.ELASTICSEARCH_URL);
    project.provide('MONGODB_URL', addresses.MONGODB_URL);
  } catch (error) {
    await run.stop();
    if (error instanceof StackFailure) error.stack = error.message;
    throw error;
  }
  return () => run.stop();
}
