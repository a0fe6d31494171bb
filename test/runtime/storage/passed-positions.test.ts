import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PassedPosition, passedSince, withPassed } from '../../../runtime/storage/passed-positions.js';

/** Steps of some offsets, each so many ms after the one before. */
const anySteps = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 600_000 })), {
  minLength: 1,
  maxLength: 1_000,
});

function walked(steps: readonly (readonly [number, number])[]) {
  const exact: PassedPosition[] = [];
  let passed: readonly PassedPosition[] = [];
  let [next, at] = [0, 1_000_000];
  for (const [offsets, ms] of steps) {
    [next, at] = [next + offsets, at + ms];
    exact.push([next, at]);
    passed = withPassed(passed, next, at);
  }
  return { exact, passed, next, at };
}

describe('when a position was passed', () => {
  it('is told never too early, and late by a part of its age', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { exact, passed, next, at: now } = walked(steps);
        expect(passed.length).toBeLessThanOrEqual(64);
        for (let offset = 0; offset < next; offset += 7) {
          const [meant, told] = [passedSince(exact, offset) ?? 0, passedSince(passed, offset) ?? 0];
          expect(told).toBeGreaterThanOrEqual(meant);
          expect(told - meant).toBeLessThanOrEqual(1_000 + (now - meant) / 4);
        }
      }),
    );
  });

  it('is not told of what was not passed', () => {
    expect(passedSince(walked([[3, 5]]).passed, 3)).toBeNull();
    expect(passedSince([], 0)).toBeNull();
  });

  it('stays, whatever comes twice or late', () => {
    const passed = withPassed([], 10, 5_000);
    expect(withPassed(passed, 10, 9_000)).toEqual(passed);
    expect(withPassed(passed, 9, 9_000)).toEqual(passed);
    expect(withPassed(passed, 12, 4_000)).toEqual(passed);
  });
});
