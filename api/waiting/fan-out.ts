/**
 * Which fan-out jobs an event may still be on its way by. A job is durable before the position of its event is, and
 * goes when nothing is left to do: whoever reads the jobs after the positions finds every one that matters. Pure.
 */
import type { View } from '../../mappings/contract.js';
import type { JobName, PartitionPlace, PendingJob } from '../ports/waiting.js';
import type { Awaited } from './demands.js';
import { isBeyond } from './proof.js';

/** The jobs that bring changes of the aggregate to documents of these views: none for its own documents. */
export function jobsFor({ aggregate, id }: Awaited, views: readonly View[]): readonly JobName[] {
  return views.flatMap(({ name, touchedBy }) =>
    touchedBy.flatMap((touch) =>
      touch.by === 'reference' && touch.aggregate === aggregate
        ? [{ view: name, reference: touch.reference, referredId: id }]
        : [],
    ),
  );
}

/** Whether the job has still to bring the event at these places to some document. */
export function isStillFor({ covered }: PendingJob, places: readonly PartitionPlace[]): boolean {
  return !isBeyond(covered, places);
}

export function isSameJob(a: JobName, b: JobName): boolean {
  return a.view === b.view && a.reference === b.reference && a.referredId === b.referredId;
}
