import type { Db } from 'mongodb';
import { positionsCollection } from '../../../runtime/names.js';
import { type PassedPosition, withPassed } from '../../../runtime/passed-positions.js';
import type { PositionRecord } from '../../../runtime/records.js';
import type { Position, PositionStore } from '../../ports.js';
import { withMongo } from './connection.js';
import { writeNewest } from './guarded-write.js';

export class MongoPositionStore implements PositionStore {
  /** By `_id`, as it was read, and what was passed since. */
  private readonly passed = new Map<string, readonly PassedPosition[]>();

  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async read(): Promise<readonly Position[]> {
    const records = await withMongo('read positions', () =>
      this.db.collection<PositionRecord>(positionsCollection(this.generation)).find().toArray(),
    );
    for (const { _id, passed = [] } of records) this.passed.set(_id, passed);
    return records.map(({ topic, partition, next }) => ({ topic, partition, next }));
  }

  async write(positions: readonly Position[]): Promise<void> {
    const updatedAt = new Date();
    const writes = positions.map(({ topic, partition, next }) => {
      const _id = `${topic}/${partition}`;
      const passed = withPassed(this.passed.get(_id) ?? [], next, updatedAt.getTime());
      this.passed.set(_id, passed);
      return { filter: { _id, next: { $lt: next } }, update: { _id, topic, partition, next, updatedAt, passed } };
    });
    await writeNewest(this.db, positionsCollection(this.generation), writes);
  }
}
