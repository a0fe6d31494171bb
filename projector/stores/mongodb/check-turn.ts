import type { Db } from 'mongodb';
import { checkCollection } from '../../../runtime/storage/names.js';
import type { CheckTurn } from '../../ports/clock.js';
import { withMongo } from './connection.js';

interface TurnDocument {
  readonly _id: 'check';
  readonly leasedTo: string | null;
  /** Both in milliseconds since 1970. */
  readonly leasedUntil: number;
  readonly checkedAt: number;
}

export class MongoCheckTurn implements CheckTurn {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async take(owner: string, now: number, leaseMs: number, intervalMs: number): Promise<boolean> {
    await withMongo('look for the last check', () =>
      this.collection().updateOne(
        { _id: 'check' },
        { $setOnInsert: { leasedTo: null, leasedUntil: 0, checkedAt: now } },
        { upsert: true },
      ),
    );
    return this.lease({ checkedAt: { $lte: now - intervalMs }, leasedUntil: { $lt: now } }, owner, now + leaseMs);
  }

  keep(owner: string, now: number, leaseMs: number): Promise<boolean> {
    return this.lease({ leasedTo: owner }, owner, now + leaseMs);
  }

  async finish(owner: string, now: number): Promise<void> {
    await withMongo('note the check', () =>
      this.collection().updateOne(
        { _id: 'check', leasedTo: owner },
        { $set: { leasedTo: null, leasedUntil: 0, checkedAt: now } },
      ),
    );
  }

  private async lease(condition: object, leasedTo: string, leasedUntil: number): Promise<boolean> {
    const { matchedCount } = await withMongo('take the turn to check', () =>
      this.collection().updateOne({ _id: 'check', ...condition }, { $set: { leasedTo, leasedUntil } }),
    );
    return matchedCount === 1;
  }

  private collection() {
    return this.db.collection<TurnDocument>(checkCollection(this.generation));
  }
}
