/** One schedule from its seed: faults, then calm, then the comparison with a clean computation. */
import { drawClimate } from './climate.js';
import { differenceAtRest } from './comparison.js';
import { Coverage } from './coverage.js';
import { Group } from './group.js';
import { Invariants } from './invariants.js';
import { Random } from './random.js';
import { Schedule } from './schedule.js';
import { Surroundings } from './surroundings.js';
import { World } from './world.js';

export interface Outcome {
  readonly seed: number;
  /** What went wrong, as a sentence; `null` when nothing did. */
  readonly failure: string | null;
  readonly steps: number;
  /** Of everything that happened, in order. */
  readonly traceHash: number;
  readonly coverage: Coverage;
}

const STEPS_MAX = 30_000;
/** After so many expired leases every sweep and every job must be done. */
const LEASES_MAX = 20;

export async function simulate(seed: number, onStep: (what: string) => void = () => {}): Promise<Outcome> {
  const random = new Random(seed);
  const climate = drawClimate(random);
  const coverage = new Coverage();
  const world = new World(climate.partitionsPerTopic, climate.rebuilt);
  const schedule = new Schedule(random, climate, coverage);
  schedule.onStep = onStep;
  const invariants = new Invariants(world, coverage);
  const group = new Group(world, random, coverage);
  const surroundings = new Surroundings({ world, schedule, invariants, coverage, group, random, climate });
  let leases = 0;
  while (world.violation === null) {
    if (schedule.steps > STEPS_MAX) world.violate(`It does not come to rest within ${STEPS_MAX} steps.`);
    if (!schedule.calm && random.chance(climate.pace)) {
      if (!surroundings.next()) surroundings.calm();
    } else if (!(await schedule.step())) {
      // Nobody can go on before something else happens.
      if (!schedule.calm) {
        if (!surroundings.next()) surroundings.calm();
      } else if (world.isAtRest() || leases === LEASES_MAX) {
        break;
      } else {
        leases += 1;
        surroundings.expireLeases();
      }
    } else {
      surroundings.strike();
    }
  }
  const failure = world.violation ?? (world.isAtRest() ? differenceAtRest(world) : world.unrest());
  return { seed, failure, steps: schedule.steps, traceHash: schedule.traceHash, coverage };
}
