/** The documents that a store refuses for good, as the projectors record them. */
import { refusedCollection } from '../../../runtime/storage/names.js';
import type { RefusedSource } from '../../ports/freshness.js';
import type { Database } from './database.js';

export class MongoRefused implements RefusedSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  refused(generation: number): Promise<number> {
    return this.#database.ask(() =>
      this.#database
        .collection(refusedCollection(generation))
        .countDocuments({}, { maxTimeMS: this.#database.maxTimeMS }),
    );
  }
}
