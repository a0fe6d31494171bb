/** Whether a sequence of an aggregate is missing, and since when: computed anew whenever its state changes. */
import { firstMissing } from '../../mappings/aggregates/sequences.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { Gap } from '../ports/states.js';

export interface MergedRecord {
  readonly event: { readonly sequence: number };
  readonly record: { readonly timestamp: number };
}

type Sequences = Pick<AggregateState, 'sequences'>;

/**
 * As a field of a state's record, which has none without a gap. `merged`: what was merged since it was `before`. The time
 * is the log's and not this process's: a restart or a rebuild makes no gap look younger than it is. Of several gaps the
 * first alone has a mark, so when it closes, one behind it that could be seen before is taken for as old: it may be younger.
 */
export function gapAfter(
  before: { readonly gap?: Gap; readonly state: Sequences },
  { sequences }: Sequences,
  merged: readonly MergedRecord[],
): { readonly gap?: Gap } {
  const awaited = firstMissing(sequences);
  if (awaited === null) return {};
  const highest = before.state.sequences.at(-1)?.[1] ?? 0;
  if (before.gap !== undefined && highest > awaited) return { gap: { awaited, since: before.gap.since } };
  // Of before there were marks, what was merged last says at least that it was there by then.
  const showing = merged.find(({ event }) => event.sequence > awaited) ?? merged.at(-1);
  return { gap: { awaited, since: showing?.record.timestamp ?? 0 } };
}
