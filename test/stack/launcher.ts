// A launcher for run.test.ts: starts one child that would stay, says what it started, and waits to be ended.
import { Run } from '../../stack/run.js';
import { supervise } from '../../stack/supervision.js';

const run = new Run('launcher-test');
const script = process.argv[2] ?? '';

await supervise({
  run,
  stages: [],
  onStopAsked: () => process.stdout.write('stopping\n'),
  start: async (fail) => {
    const service = run.launch({ name: 'child', command: 'sh', args: ['-c', script], graceMs: 500 });
    run.watchDeaths(fail);
    process.stdout.write(`${JSON.stringify({ child: service.pid, folder: run.folder })}\n`);
  },
});
