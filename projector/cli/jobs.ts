/** `npm run projector -- jobs`: the fan-out jobs that are waiting or under way. */
import type { Clock, Job, JobStore } from '../ports.js';

/** One line a job, oldest first. */
export async function listJobs(jobs: Pick<JobStore, 'list'>, clock: Clock): Promise<string> {
  const found = await jobs.list();
  if (found.length === 0) return 'No fan-out job is waiting.\n';
  const now = clock.now();
  return `${[HEAD, ...found.map((job) => rowOf(job, now))].map((row) => row.join('\t')).join('\n')}\n`;
}

const HEAD = ['documents of', 'referring to', 'age s', 'documents written', 'up to order', 'another pass'];

function rowOf(job: Job, now: number): string[] {
  const { view, reference, referredId, requestedAt, documents, cursor, again } = job;
  const age = Math.round((now - requestedAt) / 1000);
  return [view, `${reference} ${referredId}`, String(age), String(documents), cursor ?? '-', again ? 'yes' : 'no'];
}
