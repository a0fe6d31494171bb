/**
 * When a position was passed, as far as a short list can tell: exact for what has just been, and to some hundredths of its
 * age for what was long ago. Pure.
 */

/** Everything before the offset `next` was in every document at `at` (ms since 1970). In rising order of both. */
export type PassedPosition = readonly [next: number, at: number];

const KEPT_MAX = 64;
/** Positions that follow upon each other within this time are one. */
const TOGETHER_MS = 1_000;

/** With a further position. Of too many, the one goes that says least beside its neighbours for its age. */
export function withPassed(passed: readonly PassedPosition[], next: number, at: number): readonly PassedPosition[] {
  const last = passed.at(-1);
  if (last !== undefined && (next <= last[0] || at < last[1])) return passed;
  const before = passed.at(-2);
  const isTogether = last !== undefined && before !== undefined && at - before[1] < TOGETHER_MS;
  const all = [...(isTogether ? passed.slice(0, -1) : passed), [next, at] as const];
  return all.length <= KEPT_MAX ? all : all.toSpliced(leastTelling(all, at), 1);
}

/** From when on it was passed, at the latest; `null`: it is not. */
export function passedSince(passed: readonly PassedPosition[], offset: number): number | null {
  return passed.find(([next]) => next > offset)?.[1] ?? null;
}

/** Neither the first, from which on anything is known, nor the last. */
function leastTelling(passed: readonly PassedPosition[], now: number): number {
  let least = 1;
  let leastShare = Number.POSITIVE_INFINITY;
  for (let i = 1; i < passed.length - 1; i += 1) {
    const [from, to] = [passed[i - 1]?.[1] ?? 0, passed[i + 1]?.[1] ?? 0];
    const share = (to - from) / (now - from + TOGETHER_MS);
    if (share < leastShare) [least, leastShare] = [i, share];
  }
  return least;
}
