/** Whether a sequence of an aggregate is missing, and since when: computed anew whenever its state changes. */
import { firstMissing } from '../../mappings/aggregates/sequences.js';
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { Gap } from '../ports.js';

export interface MergedRecord {
  readonly event: { readonly sequence: number };
  readonly record: { readonly timestamp: number };
}

/**
 * As a field of a state's record, which has none without a gap. `merged`: what was merged since it was `before`. The time
 * is the log's and not this process's: a restart or a rebuild makes no gap look younger than it is.
 */
export function gapAfter(
  before: Gap | undefined,
  { sequences }: Pick<AggregateState, 'sequences'>,
  merged: readonly MergedRecord[],
): { readonly gap?: Gap } {
  const awaited = firstMissing(sequences);
  if (awaited === null) return {};
  if (before?.awaited === awaited) return { gap: before };
  const showing = merged.find(({ event }) => event.sequence > awaited) ?? merged.at(-1);
  return { gap: { awaited, since: showing?.record.timestamp ?? before?.since ?? 0 } };
}
