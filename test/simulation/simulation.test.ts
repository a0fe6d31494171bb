/** The real pipeline under thousands of schedules. Longer: `npm run simulate -- --minutes 10`. */
import { describe, expect, it } from 'vitest';
import { neverStruck, report, simulateAll } from './seeds.js';
import { simulate } from './simulation.js';

/** Whichever is reached first: the machine may be slow, or busy with other tests. */
const SCHEDULES = 2_500;
const MINUTES_MAX = 1;

describe('a simulated projector', () => {
  it('is reproduced by its seed, step by step', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { traceHash, steps, failure } = await simulate(seed);
      expect(await simulate(seed)).toMatchObject({ traceHash, steps, failure });
    }
    expect((await simulate(6)).traceHash).not.toBe((await simulate(7)).traceHash);
  });

  it('ends in the documents of a clean computation, whatever strikes', { timeout: 180_000 }, async () => {
    const result = await simulateAll({ firstSeed: 1, schedulesMax: SCHEDULES, minutesMax: MINUTES_MAX });
    console.log(report(result));
    expect(result.failure).toBeNull();
    expect(neverStruck(result)).toEqual([]);
    expect(result.schedules - result.withoutFaults).toBeGreaterThan(100);
  });
});
