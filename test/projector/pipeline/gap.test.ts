import { describe, expect, it } from 'vitest';
import type { SequenceRange } from '../../../mappings/aggregates/state.js';
import { gapAfter } from '../../../projector/pipeline/gap.js';
import type { Gap } from '../../../projector/ports/states.js';

const merged = (...records: readonly (readonly [sequence: number, timestamp: number])[]) =>
  records.map(([sequence, timestamp]) => ({ event: { sequence }, record: { timestamp } }));

const state = (...sequences: SequenceRange[]) => ({ sequences });

const having = (gap: Gap, ...sequences: SequenceRange[]) => ({ gap, state: state(...sequences) });
const NOTHING = { state: state() };

describe('the gap of a state', () => {
  it('is none while nothing is missing, and no field either', () => {
    expect(gapAfter(NOTHING, state(), merged([0, 10]))).toEqual({});
    expect(gapAfter(NOTHING, state([1, 3]), merged([3, 10]))).toEqual({});
    expect(gapAfter(having({ awaited: 2, since: 5 }, [1, 1], [3, 3]), state([1, 3]), merged([2, 10]))).toEqual({});
  });

  it('was seen when the first record was appended that shows it', () => {
    expect(gapAfter(NOTHING, state([1, 2], [4, 5]), merged([2, 10], [4, 20], [5, 30]))).toEqual({
      gap: { awaited: 3, since: 20 },
    });
    expect(gapAfter(NOTHING, state([5, 5]), merged([5, 10]))).toEqual({ gap: { awaited: 1, since: 10 } });
  });

  it('stays as old as it is while the same is missing', () => {
    const gap = { awaited: 3, since: 20 };
    expect(gapAfter(having(gap, [1, 2], [4, 8]), state([1, 2], [4, 9]), merged([9, 90]))).toEqual({ gap });
  });

  it('is no younger than the first when that is closed and one behind it could be seen before', () => {
    const before = having({ awaited: 3, since: 20 }, [1, 2], [4, 4], [6, 6]);
    expect(gapAfter(before, state([1, 4], [6, 6]), merged([3, 90]))).toEqual({ gap: { awaited: 5, since: 20 } });
    expect(gapAfter(before, state([1, 4], [6, 7]), merged([7, 80], [3, 90]))).toEqual({
      gap: { awaited: 5, since: 20 },
    });
  });

  it('begins with the record that shows it when nothing lay beyond it before', () => {
    const before = having({ awaited: 3, since: 20 }, [1, 2], [4, 4]);
    expect(gapAfter(before, state([1, 4], [6, 6]), merged([3, 90], [6, 95]))).toEqual({
      gap: { awaited: 5, since: 95 },
    });
  });

  it('of a state of before there were marks is there since what was merged last', () => {
    const before = { state: state([1, 2], [4, 4]) };
    expect(gapAfter(before, state([1, 2], [4, 4]), merged([0, 70]))).toEqual({ gap: { awaited: 3, since: 70 } });
  });
});
