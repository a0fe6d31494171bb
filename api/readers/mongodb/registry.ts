/** The registry record, which names the generation that is served. */
import { REGISTRY_COLLECTION } from '../../../runtime/storage/names.js';
import type { RegistryRecord } from '../../../runtime/storage/records.js';
import type { Database } from './database.js';

export class MongoRegistry {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `null` while there is none. @throws StoreUnavailable */
  read(): Promise<RegistryRecord | null> {
    return this.#database.ask(() =>
      this.#database
        .collection<RegistryRecord>(REGISTRY_COLLECTION)
        .findOne({ _id: 'registry' }, { maxTimeMS: this.#database.maxTimeMS }),
    );
  }
}
