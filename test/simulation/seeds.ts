/** Many schedules, one seed after the other. */
import { Coverage, FAULTS } from './coverage.js';
import { simulate } from './simulation.js';

export interface Limits {
  readonly firstSeed: number;
  readonly schedulesMax: number;
  readonly minutesMax: number;
  readonly onStep?: (what: string) => void;
}

export interface Result {
  readonly schedules: number;
  /** Schedules in which no crash, no duplicate or no disorder struck: they prove too little to count. */
  readonly withoutFaults: number;
  readonly steps: number;
  readonly coverage: Coverage;
  /** With the seed and how to see it again; `null` when all went well. */
  readonly failure: string | null;
}

const EACH_NEEDS = ['a process crashed', 'an event arrived again', 'an event arrived after a later one'] as const;

/** Until the limits are reached or a schedule fails. */
export async function simulateAll({ firstSeed, schedulesMax, minutesMax, onStep }: Limits): Promise<Result> {
  const deadline = Date.now() + minutesMax * 60_000;
  const coverage = new Coverage();
  let [schedules, withoutFaults, steps] = [0, 0, 0];
  let failure: string | null = null;
  while (failure === null && schedules < schedulesMax && Date.now() < deadline) {
    const outcome = await simulate(firstSeed + schedules, onStep);
    coverage.include(outcome.coverage);
    schedules += 1;
    steps += outcome.steps;
    if (outcome.coverage.missing(EACH_NEEDS).length > 0) withoutFaults += 1;
    if (outcome.failure !== null) failure = explain(outcome.seed, outcome.failure);
  }
  return { schedules, withoutFaults, steps, coverage, failure };
}

/** The kinds of faults that never struck. */
export function neverStruck({ coverage }: Result): readonly string[] {
  return coverage.missing(FAULTS);
}

export function report({ schedules, withoutFaults, steps, coverage }: Result): string {
  const counted = `${schedules} schedules, ${withoutFaults} of them too quiet to count, ${steps} steps`;
  return `${coverage.report()}\n${counted}`;
}

function explain(seed: number, failure: string): string {
  return [
    `seed ${seed}: ${failure}`,
    `To see it again: npm run simulate -- --seed ${seed} --schedules 1`,
    'Every step of it: the same with --trace',
  ].join('\n');
}
