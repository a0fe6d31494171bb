/**
 * Schedules until the time is over or one fails: `npm run simulate -- --minutes 10 [--seed 1] [--schedules 1000]
 * [--trace]`. Ends with 1 when a schedule fails, with 2 when it is called in a wrong way.
 */
import { parseArgs } from 'node:util';
import { report, simulateAll } from './seeds.js';

const { minutes, schedules, seed, trace } = readArguments();
const result = await simulateAll({
  firstSeed: seed,
  schedulesMax: schedules,
  minutesMax: minutes,
  ...(trace ? { onStep: (what: string) => console.log(what) } : {}),
});
console.log(`from seed ${seed}:\n${report(result)}`);
if (result.failure !== null) {
  console.log(result.failure);
  process.exitCode = 1;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '1' },
        schedules: { type: 'string', default: String(Number.MAX_SAFE_INTEGER) },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
        trace: { type: 'boolean', default: false },
      },
    });
    const [minutes, schedules, seed] = [values.minutes, values.schedules, values.seed].map(Number);
    if (!isPositive(minutes) || !isPositive(schedules) || !Number.isSafeInteger(seed) || seed === undefined) {
      throw new TypeError('--minutes, --schedules and --seed take numbers.');
    }
    return { minutes, schedules, seed, trace: values.trace };
  } catch (error) {
    console.error(`simulate: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}
