/** The fan-out jobs that are waiting or under way. */
import { jobsCollection } from '../../../runtime/names.js';
import type { PendingJobRecord } from '../../../runtime/records.js';
import type { FanOutSource, PendingFanOut } from '../../ports.js';
import type { Database } from './database.js';

export class MongoFanOut implements FanOutSource {
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
}
