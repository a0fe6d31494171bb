import { positionsCollection } from '../../../runtime/storage/names.js';
import type { PositionRecord } from '../../../runtime/storage/records.js';
import type { PositionSource } from '../../ports/freshness.js';
import type { Database } from './database.js';

export class MongoPositions implements PositionSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async positions(generation: number): Promise<ReadonlyMap<string, number>> {
    const records = await this.#database.ask(() =>
      this.#database
        .collection<PositionRecord>(positionsCollection(generation))
        .find({}, { projection: { next: 1 }, maxTimeMS: this.#database.maxTimeMS })
        .toArray(),
    );
    return new Map(records.map(({ _id, next }) => [_id, next]));
  }
}
