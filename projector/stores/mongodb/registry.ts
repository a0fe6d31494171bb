import type { Db } from 'mongodb';
import { REGISTRY_COLLECTION } from '../../../runtime/names.js';
import type { GenerationRecord, RegistryRecord } from '../../../runtime/records.js';
import { type Registry, targetsOf } from '../../generations/generation.js';
import type { Target, TargetList } from '../../ports.js';
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
        this.collection().insertOne({ _id: 'registry', live: first.number, generations: [first] }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  async replaceLive(generation: GenerationRecord, since: RegistryRecord): Promise<boolean> {
    const { matchedCount } = await withMongo('register the generation', () =>
      this.collection().updateOne(
        { _id: 'registry', live: since.live, generations: { $size: since.generations.length } },
        { $set: { live: generation.number, generations: [...since.generations, generation] } },
      ),
    );
    return matchedCount === 1;
  }

  private collection() {
    return this.db.collection<RegistryRecord>(REGISTRY_COLLECTION);
  }
}

/** Asks the registry every time: a list kept from before could miss a place that readers will be switched to. */
export class RegisteredTargets implements TargetList {
  constructor(
    private readonly registry: MongoRegistry,
    private readonly generation: number,
  ) {}

  async current(): Promise<readonly Target[]> {
    const known = await this.registry.read();
    const own = known?.generations.find(({ number }) => number === this.generation);
    if (known === null || own === undefined) {
      throw new Error(
        `Generation ${this.generation} is no longer registered in MongoDB: the registry was wiped or the generation ` +
          'retired. Start the projector again.',
      );
    }
    return targetsOf(own);
  }
}
