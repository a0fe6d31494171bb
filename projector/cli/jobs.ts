import type { Clock } from '../ports/clock.js';
import type { Job } from '../ports/jobs.js';
import { tableOf } from './text.js';

/** One line a job, oldest first. */
export function listJobs(jobs: readonly Job[], clock: Clock): string {
  const now = clock.now();
  return tableOf(
    HEAD,
    jobs.map((job) => rowOf(job, now)),
    'No fan-out job is waiting.',
  );
}

const HEAD = ['documents of', 'referring to', 'age s', 'documents written', 'up to order', 'another pass'];

function rowOf(job: Job, now: number): string[] {
  const { view, reference, referredId, requestedAt, documents, cursor, again } = job;
  const age = Math.round((now - requestedAt) / 1000);
  return [view, `${reference} ${referredId}`, String(age), String(documents), cursor ?? '-', again ? 'yes' : 'no'];
}
