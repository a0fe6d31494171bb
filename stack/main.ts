import { progressOn } from './progress.js';
import { Run } from './run.js';
import { startServers } from './servers.js';
import { supervise } from './supervision.js';

// Addresses go to standard output, for programs to read; progress to standard error.
const progress = progressOn(process.stderr);
const run = new Run('stack');

await supervise({
  run,
  stages: [],
  onStopAsked: () => progress('stack', 'stopping'),
  start: async (fail) => {
    const addresses = await startServers(run, progress, 'settings');
    run.watchDeaths(fail);
    for (const [variable, address] of Object.entries(addresses)) {
      // One that was given may carry credentials, and whoever gave it knows it.
      if (process.env[variable]?.trim() !== address) process.stdout.write(`${variable}=${address}\n`);
    }
    process.stdout.write('ready\n');
  },
});
