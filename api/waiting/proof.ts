/**
 * When an event is visible for good: its aggregate's state proves that this very event was merged, and the durable
 * positions are beyond its place in the log. Everything before a position is in every document, as docs/convergence.md
 * argues; a position alone would prove nothing, since it may have passed a place at which another event stood. Pure.
 */
import type { AggregateProgress, PartitionPlace } from '../ports/waiting.js';
import type { Mark } from './demands.js';

/** The next offset per partition. */
export type Positions = ReadonlyMap<string, number>;

/**
 * The places that the positions must be beyond; `null` while the state does not prove that the event was merged.
 *
 * A sequence stays among those merged when its event is no longer remembered. Then it is one of the forgotten ones, in
 * whatever order they came, and beyond the last place of these in every partition it is behind the positions, too.
 */
export function placesOf(mark: Mark, progress: AggregateProgress): readonly PartitionPlace[] | null {
  const { remembered, forgotten } = progress;
  if (mark.by === 'event') {
    const event = remembered.find(({ eventId }) => eventId === mark.eventId);
    return event === undefined ? null : [event.place];
  }
  if (!progress.sequences.some(([from, to]) => from <= mark.sequence && mark.sequence <= to)) return null;
  const own = remembered.filter(({ sequence }) => sequence === mark.sequence).map(({ place }) => place);
  if (own.length > 0) return own;
  return forgotten.length > 0 ? forgotten : null;
}

export function isBeyond(positions: Positions, places: readonly PartitionPlace[]): boolean {
  return places.every(({ partition, offset }) => (positions.get(partition) ?? 0) > offset);
}

/** The highest sequence that is visible for good; `null`: none. */
export function reachedSequence(progress: AggregateProgress, positions: Positions): number | null {
  const remembered = new Set(progress.remembered.map(({ sequence }) => sequence));
  const candidates = [...remembered, highestExcept(remembered, progress)].filter((sequence) => sequence > 0);
  const reached = candidates.filter((sequence) => {
    const places = placesOf({ by: 'sequence', sequence }, progress);
    return places !== null && isBeyond(positions, places);
  });
  return reached.length === 0 ? null : Math.max(...reached);
}

/** 0 when there is none. */
function highestExcept(remembered: ReadonlySet<number>, { sequences }: AggregateProgress): number {
  for (const [from, to] of sequences.toReversed()) {
    for (let sequence = to; sequence >= from; sequence -= 1) if (!remembered.has(sequence)) return sequence;
  }
  return 0;
}
