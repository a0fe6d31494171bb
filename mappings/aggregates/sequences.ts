import type { SequenceRange } from './state.js';

/** The first sequence that is missing below the highest merged; `null` when none is. They count from 1. */
export function firstMissing([lowest, ...others]: readonly SequenceRange[]): number | null {
  if (lowest === undefined) return null;
  if (lowest[0] > 1) return 1;
  return others.length === 0 ? null : lowest[1] + 1;
}

/** All sequences that are missing below the highest merged, ascending. */
export function missingRanges(ranges: readonly SequenceRange[]): readonly SequenceRange[] {
  return ranges.flatMap(([from], i): SequenceRange[] => {
    const next = (ranges[i - 1]?.[1] ?? 0) + 1;
    return next < from ? [[next, from - 1]] : [];
  });
}

/**
 * Adds a sequence to ascending, disjoint, maximal ranges, in place: with tens of thousands, a copy for each sequence takes
 * longer than all else. False when it was in them. 0 stands for an event without a sequence and is not kept.
 */
export function includeSequence(ranges: SequenceRange[], sequence: number): boolean {
  if (sequence === 0) return false;
  const at = placeAfter(ranges, sequence);
  const before = ranges[at - 1];
  const after = ranges[at];
  if (before !== undefined && before[1] >= sequence) return false;
  const joinsBefore = before !== undefined && before[1] === sequence - 1;
  const joinsAfter = after !== undefined && after[0] === sequence + 1;
  const joined: SequenceRange = [joinsBefore ? before[0] : sequence, joinsAfter ? after[1] : sequence];
  ranges.splice(joinsBefore ? at - 1 : at, Number(joinsBefore) + Number(joinsAfter), joined);
  return true;
}

/**
 * All up to the sequence counted as merged, and the others as they are. Nothing below an erasure counts for anything, come
 * what may: that one of them has not come makes no difference to anybody.
 */
export function joinedUpTo(ranges: readonly SequenceRange[], sequence: number): readonly SequenceRange[] {
  if (sequence === 0) return ranges;
  const above = ranges.filter(([, to]) => to > sequence);
  const [lowest, ...others] = above;
  return lowest !== undefined && lowest[0] <= sequence + 1 ? [[1, lowest[1]], ...others] : [[1, sequence], ...above];
}

/** How many ranges begin at the sequence or before: there may be tens of thousands. */
function placeAfter(ranges: readonly SequenceRange[], sequence: number): number {
  let from = 0;
  for (let to = ranges.length; from < to; ) {
    const middle = (from + to) >> 1;
    if ((ranges[middle]?.[0] ?? 0) <= sequence) from = middle + 1;
    else to = middle;
  }
  return from;
}
