/** `projector verify`: is what is stored what it should be? */
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates, views } from '../../mappings/registry.js';
import { ROLLUP_NAMES } from '../../runtime/storage/contributions.js';
import { Pace } from '../work/pace.js';
import { check, type Findings } from './check.js';
import { documentsOf } from './documents.js';
import { type GapCounts, oldGaps } from './gaps.js';
import type { OperatedGeneration } from './operated.js';
import { countRefused } from './refusals.js';
import { sumsOf } from './rollups.js';
import { statesOf } from './states.js';

export interface VerifyRequest {
  readonly views: readonly ViewName[];
  /** The states are compared with the events, and the sums with the states, too. */
  readonly deep: boolean;
  readonly repair: boolean;
  /** Documents per second; 0: as fast as it goes. */
  readonly pace: number;
}

export interface Verification {
  readonly generation: number;
  readonly tookMs: number;
  readonly checked: number;
  /** What is wrong and was not repaired. */
  readonly faults: number;
  readonly undecided: number;
  /** Documents of the generation that a store refuses for good: whatever is wrong with them cannot be repaired. */
  readonly refused: number;
  /** Aggregates with a sequence that is missing for longer than may be: no fault of what is stored. */
  readonly gaps: GapCounts;
  readonly findings: readonly Findings[];
}

/** From the ground up: what is repaired is there for what is built on it. */
export async function verify(
  operated: OperatedGeneration,
  { views: chosen, deep, repair, pace }: VerifyRequest,
  goesOn: () => Promise<boolean> = async () => true,
): Promise<Verification> {
  const { record, clock, sleep } = operated;
  const begun = clock.now();
  const options = { repair, pace: new Pace(pace, clock, sleep), goesOn };
  const findings: Findings[] = [];
  if (deep) {
    for (const name of Object.keys(aggregates) as AggregateName[]) {
      findings.push(await check(statesOf(operated, name), options));
    }
    for (const rollup of ROLLUP_NAMES) findings.push(await check(sumsOf(operated, rollup), options));
  }
  for (const view of chosen) {
    const target = { view, revision: record.revisions[view] };
    findings.push(await check(documentsOf(operated, views[view], target), options));
  }
  return {
    generation: record.number,
    tookMs: clock.now() - begun,
    checked: sum(findings.map(({ checked }) => checked)),
    faults: sum(findings.map((found) => found.missing + found.extra + found.different + found.ahead - found.repaired)),
    undecided: sum(findings.map(({ undecided }) => undecided)),
    refused: await operated.patience.until(() => countRefused(operated)),
    gaps: await operated.patience.until(() => oldGaps(operated.gaps)),
    findings,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
