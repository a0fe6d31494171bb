import { describe, expect, it } from 'vitest';
import type { SequenceRange } from '../../../mappings/aggregates/state.js';
import { gapAfter } from '../../../projector/state/gap.js';

const merged = (...records: readonly (readonly [sequence: number, timestamp: number])[]) =>
  records.map(([sequence, timestamp]) => ({ event: { sequence }, record: { timestamp } }));

const state = (...sequences: SequenceRange[]) => ({ sequences });

describe('the gap of a state', () => {
  it('is none while nothing is missing, and no field either', () => {
    expect(gapAfter(undefined, state(), merged([0, 10]))).toEqual({});
    expect(gapAfter(undefined, state([1, 3]), merged([3, 10]))).toEqual({});
    expect(gapAfter({ awaited: 2, since: 5 }, state([1, 3]), merged([2, 10]))).toEqual({});
  });

  it('was seen when the first record was appended that shows it', () => {
    expect(gapAfter(undefined, state([1, 2], [4, 5]), merged([2, 10], [4, 20], [5, 30]))).toEqual({
      gap: { awaited: 3, since: 20 },
    });
    expect(gapAfter(undefined, state([5, 5]), merged([5, 10]))).toEqual({ gap: { awaited: 1, since: 10 } });
  });

  it('stays as old as it is while the same is missing', () => {
    const gap = { awaited: 3, since: 20 };
    expect(gapAfter(gap, state([1, 2], [4, 9]), merged([9, 90]))).toEqual({ gap });
  });

  it('is another one when that is closed and a later one is still open', () => {
    const gap = { awaited: 3, since: 20 };
    expect(gapAfter(gap, state([1, 4], [6, 6]), merged([3, 90]))).toEqual({ gap: { awaited: 5, since: 90 } });
  });
});
