/** Merged sequences as ranges, and what is missing among them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstMissing, includeSequence, joinedUpTo, missingRanges } from '../../../mappings/aggregates/sequences.js';
import type { SequenceRange } from '../../../mappings/aggregates/state.js';

function including(sequences: readonly number[]): readonly SequenceRange[] {
  const ranges: SequenceRange[] = [];
  for (const sequence of sequences) includeSequence(ranges, sequence);
  return ranges;
}

describe('missing sequences', () => {
  it.each<[readonly number[], readonly SequenceRange[]]>([
    [[], []],
    [[0], []],
    [[1], []],
    [[2, 1, 3], []],
    [[1, 2, 4], [[3, 3]]],
    [[5], [[1, 4]]],
    [
      [9, 3, 4],
      [
        [1, 2],
        [5, 8],
      ],
    ],
  ])('of %j are %j', (sequences, missing) => {
    expect(missingRanges(including(sequences))).toEqual(missing);
    expect(firstMissing(including(sequences))).toBe(missing[0]?.[0] ?? null);
  });

  it('are all that lie below the highest and were not merged, in whatever order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (sequences) => {
        const highest = Math.max(0, ...sequences);
        const expected = Array.from({ length: highest }, (_, i) => i + 1).filter((one) => !sequences.includes(one));
        const missing = missingRanges(including(sequences)).flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        );
        expect(missing).toEqual(expected);
        expect(firstMissing(including(sequences))).toBe(expected[0] ?? null);
      }),
    );
  });
});

describe('sequences joined up to one', () => {
  it('are all up to it, and those merged above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), fc.nat({ max: 35 }), (sequences, upTo) => {
        const all = [...sequences, ...Array.from({ length: upTo }, (_, i) => i + 1)];
        expect(joinedUpTo(including(sequences), upTo)).toEqual(including(all));
      }),
    );
  });
});
