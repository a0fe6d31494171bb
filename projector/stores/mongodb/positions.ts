import type { Db } from 'mongodb';
import { positionsCollection } from '../../../runtime/names.js';
import type { PositionRecord } from '../../../runtime/records.js';
import type { Position, PositionStore } from '../../ports.js';
import { withMongo } from './connection.js';
import { writeNewest } from './guarded-write.js';

export class MongoPositionStore implements PositionStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async read(): Promise<readonly Position[]> {
    const records = await withMongo('read positions', () =>
      this.db.collection<PositionRecord>(positionsCollection(this.generation)).find().toArray(),
    );
    return records.map(({ topic, partition, next }) => ({ topic, partition, next }));
  }

  async write(positions: readonly Position[]): Promise<void> {
    const updatedAt = new Date();
    const writes = positions.map(({ topic, partition, next }) => {
      const _id = `${topic}/${partition}`;
      return { filter: { _id, next: { $lt: next } }, update: { _id, topic, partition, next, updatedAt } };
    });
    await writeNewest(this.db, positionsCollection(this.generation), writes);
  }
}
