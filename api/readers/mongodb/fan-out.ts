/** The fan-out jobs that are waiting or under way. */
import { jobId, jobsCollection } from '../../../runtime/storage/names.js';
import type { PendingJobRecord } from '../../../runtime/storage/records.js';
import type { FanOutSource, PendingFanOut } from '../../ports/freshness.js';
import type { JobName, JobSource, PendingJob } from '../../ports/waiting.js';
import type { Database } from './database.js';

export class MongoFanOut implements FanOutSource, JobSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A change of a product's name makes two jobs, one for each view: counted is what has changed. */
  async pending(generation: number): Promise<PendingFanOut> {
    const [found] = await this.#database.ask(() =>
      this.#database
        .collection<PendingJobRecord>(jobsCollection(generation))
        .aggregate<{ aggregates: number; since: number }>(
          [
            { $group: { _id: { $concat: ['$reference', '/', '$referredId'] }, since: { $min: '$requestedAt' } } },
            { $group: { _id: null, aggregates: { $sum: 1 }, since: { $min: '$since' } } },
          ],
          { maxTimeMS: this.#database.maxTimeMS },
        )
        .toArray(),
    );
    return found === undefined ? { aggregates: 0, since: null } : { aggregates: found.aggregates, since: found.since };
  }

  async jobs(generation: number, named: readonly JobName[]): Promise<readonly PendingJob[]> {
    const ids = named.map(({ view, reference, referredId }) => jobId(view, reference, referredId));
    const records = await this.#database.ask(() =>
      this.#database
        .collection<PendingJobRecord>(jobsCollection(generation))
        .find({ _id: { $in: ids } }, { maxTimeMS: this.#database.maxTimeMS })
        .toArray(),
    );
    return records.map(({ view, reference, referredId, requestedAt, documents, covered = [] }) => ({
      ...{ view, reference, referredId, documents, since: requestedAt },
      covered: new Map(covered.map(({ topic, partition, next }) => [`${topic}/${partition}`, next])),
    }));
  }
}
