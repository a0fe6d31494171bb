import { type Db, MongoServerError } from 'mongodb';
import { REBUILD_COSTS_COLLECTION, REBUILDS_COLLECTION } from '../../../runtime/storage/names.js';
import type { Pace, RebuildCosts, RebuildProgress, RebuildRecord, RebuildStore } from '../../ports/rebuilds.js';
import { withMongo } from './connection.js';

interface RebuildDocument extends Omit<RebuildRecord, 'from' | 'ends'> {
  readonly _id: number;
  /** Pairs: topics contain dots. */
  readonly from: readonly (readonly [string, number])[];
  readonly ends: readonly (readonly [string, number])[];
  readonly leasedTo: string | null;
  /** Milliseconds since 1970. */
  readonly leasedUntil: number;
}

const DUPLICATE_KEY = 11000;

export class MongoRebuildStore implements RebuildStore {
  constructor(private readonly db: Db) {}

  async create(record: RebuildRecord): Promise<boolean> {
    try {
      await withMongo('record the rebuild', () =>
        this.collection().insertOne({
          ...record,
          _id: record.generation,
          from: Object.entries(record.from),
          ends: Object.entries(record.ends),
          leasedTo: null,
          leasedUntil: 0,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  async read(generation: number): Promise<RebuildRecord | null> {
    const found = await withMongo('read the rebuild', () => this.collection().findOne({ _id: generation }));
    if (found === null) return null;
    const { _id, leasedTo: _to, leasedUntil: _until, ...record } = found;
    return { ...record, from: Object.fromEntries(record.from), ends: Object.fromEntries(record.ends) };
  }

  async lease(generation: number, owner: string, now: number, leaseMs: number): Promise<boolean> {
    const { matchedCount } = await withMongo('lease the rebuild', () =>
      this.collection().updateOne(
        { _id: generation, $or: [{ leasedTo: owner }, { leasedUntil: { $lt: now } }] },
        { $set: { leasedTo: owner, leasedUntil: now + leaseMs } },
      ),
    );
    return matchedCount === 1;
  }

  async progress(generation: number, owner: string, progress: RebuildProgress): Promise<boolean> {
    const { matchedCount } = await withMongo('note the progress of the rebuild', () =>
      this.collection().updateOne({ _id: generation, leasedTo: owner }, { $set: progress }),
    );
    return matchedCount === 1;
  }

  async remove(generation: number): Promise<void> {
    await withMongo('remove the rebuild', () => this.collection().deleteOne({ _id: generation }));
  }

  async costs(pace: Pace): Promise<RebuildCosts | null> {
    const found = await withMongo('read the costs of rebuilds', () => this.costRecords().findOne({ _id: pace }));
    if (found === null) return null;
    const { _id, ...costs } = found;
    return costs;
  }

  async rememberCosts(pace: Pace, costs: RebuildCosts): Promise<void> {
    await withMongo('remember the costs of a rebuild', () =>
      this.costRecords().replaceOne({ _id: pace }, costs, { upsert: true }),
    );
  }

  private costRecords() {
    return this.db.collection<RebuildCosts & { readonly _id: Pace }>(REBUILD_COSTS_COLLECTION);
  }

  private collection() {
    return this.db.collection<RebuildDocument>(REBUILDS_COLLECTION);
  }
}
