/** `npm run projector -- jobs`: the fan-out jobs that are waiting or under way. */
import type { ProjectorSettings } from '../config.js';
import type { Clock, Job, JobStore } from '../ports.js';
import { connectMongo, databaseFor } from '../stores/mongodb/connection.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { MongoRegistry } from '../stores/mongodb/registry.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';

/** Of the generation that is served. */
export async function jobsOf(settings: ProjectorSettings): Promise<string> {
  const mongo = await connectMongo(settings.MONGODB_URL, settings.STORE_TIMEOUT_MS);
  try {
    const db = databaseFor(mongo, settings.NAMESPACE);
    const registered = await new MongoRegistry(db).read();
    if (registered === null) return `Nothing is projected in the namespace ${settings.NAMESPACE} yet.\n`;
    const jobs = new MongoJobStore(db, registered.live, new MongoTicketCounter(db, registered.live));
    return await listJobs(jobs, { now: Date.now });
  } finally {
    await mongo.close();
  }
}

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
