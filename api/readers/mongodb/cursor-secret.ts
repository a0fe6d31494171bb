/** The secret for cursors, as the projector has made it. */
import { CURSOR_SECRET_ID, SECRETS_COLLECTION } from '../../../runtime/storage/names.js';
import type { SecretRecord } from '../../../runtime/storage/records.js';
import type { SecretSource } from '../../ports/generations.js';
import type { Database } from './database.js';

export class MongoCursorSecret implements SecretSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(): Promise<string | null> {
    const found = await this.#database.ask(() =>
      this.#database
        .collection<SecretRecord>(SECRETS_COLLECTION)
        .findOne({ _id: CURSOR_SECRET_ID }, { maxTimeMS: this.#database.maxTimeMS }),
    );
    return found?.secret ?? null;
  }
}
