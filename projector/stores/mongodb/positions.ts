import type { Db } from 'mongodb';
import { positionsCollection } from '../../../runtime/storage/names.js';
import { type PassedPosition, withPassed } from '../../../runtime/storage/passed-positions.js';
import type { PositionRecord } from '../../../runtime/storage/records.js';
import type { Clock } from '../../ports/clock.js';
import type { Position, PositionStore } from '../../ports/events.js';
import { withMongo } from './connection.js';
import { writeNewest } from './guarded-write.js';

/** For those who look only. */
export async function readPositions(db: Db, generation: number): Promise<readonly Position[]> {
  return (await recordsOf(db, generation)).map(toPosition);
}

export class MongoPositionStore implements PositionStore {
  /** By `_id`, as it was read, and what was passed since. */
  private readonly passed = new Map<string, readonly PassedPosition[]>();

  /** `clock`: MongoDB's time. All processes add to one list, which a machine that is ahead would close to the others. */
  constructor(
    private readonly db: Db,
    private readonly generation: number,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<readonly Position[]> {
    const records = await recordsOf(this.db, this.generation);
    for (const { _id, passed = [] } of records) this.passed.set(_id, passed);
    return records.map(toPosition);
  }

  async write(positions: readonly Position[]): Promise<void> {
    const updatedAt = new Date(this.clock.now());
    const writes = positions.map(({ topic, partition, next }) => {
      const _id = `${topic}/${partition}`;
      const passed = withPassed(this.passed.get(_id) ?? [], next, updatedAt.getTime());
      this.passed.set(_id, passed);
      return { filter: { _id, next: { $lt: next } }, update: { _id, topic, partition, next, updatedAt, passed } };
    });
    await writeNewest(this.db, positionsCollection(this.generation), writes);
  }
}

function recordsOf(db: Db, generation: number): Promise<readonly PositionRecord[]> {
  return withMongo('read positions', () =>
    db.collection<PositionRecord>(positionsCollection(generation)).find().toArray(),
  );
}

function toPosition({ topic, partition, next }: PositionRecord): Position {
  return { topic, partition, next };
}
