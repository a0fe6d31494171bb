import type { Db } from 'mongodb';
import { REGISTRY_COLLECTION } from '../../../runtime/storage/names.js';
import type { GenerationRecord, RegistryRecord } from '../../../runtime/storage/records.js';
import type { Registry } from '../../ports/generations.js';
import { withMongo } from './connection.js';

const DUPLICATE_KEY = 11000;

export class MongoRegistry implements Registry {
  constructor(private readonly db: Db) {}

  async read(): Promise<RegistryRecord | null> {
    return withMongo('read the registry', () => this.collection().findOne({ _id: 'registry' }));
  }

  async create(first: GenerationRecord): Promise<boolean> {
    try {
      await withMongo('create the registry', () =>
        this.collection().insertOne({ _id: 'registry', version: 1, live: first.number, generations: [first] }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  async update(change: (known: RegistryRecord) => RegistryRecord | null): Promise<RegistryRecord | null> {
    for (;;) {
      const known = await this.read();
      if (known === null)
        throw new Error('There is no registry in MongoDB: nothing is projected in this namespace yet.');
      const changed = change(known);
      if (changed === null) return null;
      const next = { ...changed, version: known.version + 1 };
      const { matchedCount } = await withMongo('change the registry', () =>
        this.collection().replaceOne({ _id: 'registry', version: known.version }, next),
      );
      if (matchedCount === 1) return next;
    }
  }

  private collection() {
    return this.db.collection<RegistryRecord>(REGISTRY_COLLECTION);
  }
}
