import type { ViewName } from '../../mappings/contract.js';
import type { Published } from '../ports/documents.js';

/** Where the time goes; the composition decides what becomes of it. */
export interface StageTimes {
  /** Wall time of one step, in seconds. Steps overlap, so sums may exceed the time that has passed. */
  observe(stage: string, seconds: number): void;
  count(view: ViewName, published: Published): void;
}

/** Each of the values as it is asked for, and at the end how long it took to make them. */
export function* timedEach<Value>(stages: StageTimes, stage: string, values: Iterable<Value>): Generator<Value> {
  let ms = 0;
  let begun = performance.now();
  for (const value of values) {
    ms += performance.now() - begun;
    yield value;
    begun = performance.now();
  }
  stages.observe(stage, (ms + performance.now() - begun) / 1000);
}

export async function timed<Result>(stages: StageTimes, stage: string, step: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  try {
    return await step();
  } finally {
    stages.observe(stage, (performance.now() - begun) / 1000);
  }
}
