import { type Db, MongoServerError } from 'mongodb';
import { jobId, jobsCollection } from '../../../runtime/storage/names.js';
import type { PendingJobRecord } from '../../../runtime/storage/records.js';
import type { Position } from '../../ports/events.js';
import type { Job, JobKey, JobStore } from '../../ports/jobs.js';
import type { TicketCounter } from '../../ports/tickets.js';
import { withMongo } from './connection.js';
import { readPositions } from './positions.js';

interface JobDocument extends PendingJobRecord {
  readonly generation: number;
  readonly cursor: string | null;
  readonly documents: number;
  readonly again: boolean;
  readonly leasedUntil: number;
  /** The positions that were durable when the pass began; absent until then. */
  readonly through?: readonly Position[];
}

const DUPLICATE_KEY = 11000;

export class MongoJobStore implements JobStore {
  /** Generations of jobs are tickets: a number that is never given twice, whatever else it could be. */
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly tickets: TicketCounter,
  ) {}

  async request(keys: readonly JobKey[], now: number): Promise<void> {
    for (const key of keys) {
      while (!((await this.requestAgain(key)) || (await this.insert(key, now)))) {
        // It was ended between the two, by another process: its pass may have been over before the event was merged.
      }
    }
  }

  async take(now: number, leaseMs: number): Promise<Job | null> {
    for (;;) {
      const [free] = await withMongo('look for jobs', () =>
        this.collection()
          .find({ leasedUntil: { $lt: now } }, { sort: { generation: 1 }, limit: 1 })
          .toArray(),
      );
      if (free === undefined) return null;
      const { _id, generation, leasedUntil } = free;
      // Whoever takes a pass up where another left it covers what that one did.
      const through = free.through ?? (await readPositions(this.db, this.generation));
      const taken = await this.change({ _id, generation, leasedUntil }, { leasedUntil: now + leaseMs, through });
      if (taken) return toJob(free);
    }
  }

  async advance(job: Job, cursor: string, documents: number, leasedUntil: number): Promise<boolean> {
    return this.change({ _id: idOf(job), generation: job.generation }, { cursor, documents, leasedUntil });
  }

  async finish(job: Job): Promise<void> {
    const own = { _id: idOf(job), generation: job.generation };
    const { deletedCount } = await withMongo('end a job', () => this.collection().deleteOne({ ...own, again: false }));
    if (deletedCount === 1) return;
    const ended = await withMongo('read a job', () => this.collection().findOne(own));
    if (ended === null) return;
    const { through = [] } = ended;
    const generation = await this.tickets.next();
    const next = { generation, cursor: null, documents: 0, again: false, leasedUntil: 0, covered: through };
    await withMongo('begin another pass', () =>
      this.collection().updateOne({ ...own, again: true }, { $set: next, $unset: { through: '' } }),
    );
  }

  async list(): Promise<readonly Job[]> {
    const found = await withMongo('list jobs', () =>
      this.collection()
        .find({}, { sort: { requestedAt: 1, _id: 1 } })
        .toArray(),
    );
    return found.map(toJob);
  }

  private requestAgain(key: JobKey): Promise<boolean> {
    return this.change({ _id: idOf(key) }, { again: true });
  }

  private async insert(key: JobKey, now: number): Promise<boolean> {
    // Before it is known that there is no job: whatever had been asked of one by then is done.
    const covered = await readPositions(this.db, this.generation);
    const generation = await this.tickets.next();
    const { view, reference, referredId } = key;
    const job = { view, reference, referredId, generation, requestedAt: now };
    try {
      await withMongo('record a job', () =>
        this.collection().insertOne({
          _id: idOf(key),
          ...job,
          cursor: null,
          documents: 0,
          again: false,
          leasedUntil: 0,
          covered,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private async change(filter: Partial<JobDocument>, fields: Partial<JobDocument>): Promise<boolean> {
    const { matchedCount } = await withMongo('change a job', () =>
      this.collection().updateOne(filter, { $set: fields }),
    );
    return matchedCount === 1;
  }

  private collection() {
    return this.db.collection<JobDocument>(jobsCollection(this.generation));
  }
}

function idOf({ view, reference, referredId }: JobKey): string {
  return jobId(view, reference, referredId);
}

function toJob(document: JobDocument): Job {
  const { view, reference, referredId, generation, cursor, documents, requestedAt, again, covered = [] } = document;
  return { view, reference, referredId, generation, cursor, documents, requestedAt, again, covered };
}
