import type { Db } from 'mongodb';
import { dayMarkCollection } from '../../../runtime/storage/names.js';
import type { DayMark, SweepPlace } from '../../ports/clock.js';
import { withMongo } from './connection.js';

interface DayMarkDocument {
  readonly _id: 'day';
  readonly day: string;
  readonly leasedTo: string | null;
  /** Milliseconds since 1970. */
  readonly leasedUntil: number;
  readonly sweep?: { readonly today: string; readonly place: SweepPlace };
}

export class MongoDayMark implements DayMark {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async read(today: string): Promise<string> {
    const mark = await withMongo('read the day mark', () =>
      this.collection().findOneAndUpdate(
        { _id: 'day' },
        { $setOnInsert: { day: today, leasedTo: null, leasedUntil: 0 } },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    return mark?.day ?? today;
  }

  async lease(owner: string, now: number, leaseMs: number): Promise<boolean> {
    const { matchedCount } = await withMongo('lease the day mark', () =>
      this.collection().updateOne(
        { _id: 'day', $or: [{ leasedTo: owner }, { leasedUntil: { $lt: now } }] },
        { $set: { leasedTo: owner, leasedUntil: now + leaseMs } },
      ),
    );
    return matchedCount === 1;
  }

  async reached(today: string): Promise<SweepPlace | null> {
    const mark = await withMongo('read how far the sweep is', () => this.collection().findOne({ _id: 'day' }));
    return mark?.sweep?.today === today ? mark.sweep.place : null;
  }

  async reach(today: string, place: SweepPlace): Promise<void> {
    await withMongo('note how far the sweep is', () =>
      this.collection().updateOne({ _id: 'day' }, { $set: { sweep: { today, place } } }),
    );
  }

  async advance(today: string): Promise<void> {
    await withMongo('advance the day mark', () =>
      this.collection().updateOne({ _id: 'day', day: { $lt: today } }, { $set: { day: today } }),
    );
  }

  private collection() {
    return this.db.collection<DayMarkDocument>(dayMarkCollection(this.generation));
  }
}
