import type { Db } from 'mongodb';
import type { AggregateName } from '../../../mappings/events/event.js';
import { aggregates, rollups, views } from '../../../mappings/registry.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import {
  documentsCollection,
  ERASURES_COLLECTION,
  QUARANTINE_COLLECTION,
  rollupCollection,
  stateCollection,
  ticketsCollection,
} from '../../../runtime/storage/names.js';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
import type { GenerationStorage, GenerationTraces } from '../../ports/generations.js';
import { ORDER_STATE_INDEXES, STATE_INDEXES } from './aggregate-store.js';
import { withMongo } from './connection.js';
import { ROLLUP_INDEXES } from './rollup-store.js';
import { MongoTicketCounter } from './tickets.js';

const COPIED_TOGETHER = 1000;

export class MongoGenerationStorage implements GenerationStorage, GenerationTraces {
  constructor(private readonly db: Db) {}

  async create({ number, revisions }: GenerationRecord): Promise<void> {
    for (const name of Object.keys(aggregates) as AggregateName[]) {
      const states = stateCollection(number, name);
      await this.createIndexes(states, STATE_INDEXES, { sparse: true });
      await this.createIndexes(states, name === 'orders' ? ORDER_STATE_INDEXES : []);
    }
    for (const name of Object.keys(rollups) as RollupName[]) {
      await this.createIndexes(rollupCollection(number, name), ROLLUP_INDEXES);
    }
    for (const { name, storage } of Object.values(views)) {
      if (storage.store !== 'mongodb') continue;
      await this.createIndexes(documentsCollection(number, name, revisions[name]), storage.indexes);
    }
    await this.createIndexes(QUARANTINE_COLLECTION, [{ 'mention.customers': 1 }, { 'event.eventId': 1 }]);
    await this.createIndexes(ERASURES_COLLECTION, [{ customerId: 1 }]);
    await new MongoTicketCounter(this.db, number).create();
  }

  async missing({ number }: GenerationRecord): Promise<readonly string[]> {
    const there = await withMongo('look for the ticket counter', () =>
      new MongoTicketCounter(this.db, number).exists(),
    );
    return there ? [] : [`the ticket counter (${ticketsCollection(number)}) in MongoDB`];
  }

  /** A collection needs nothing more: its indexes are there from the beginning. */
  async prepareForBulk(): Promise<void> {}

  async prepareForReading(): Promise<void> {}

  /** States of one generation as the start of another that is empty. Those that change meanwhile are as good. */
  async copyStates(from: number, to: number): Promise<void> {
    for (const name of Object.keys(aggregates) as AggregateName[]) {
      await withMongo(`copy the states of ${name}`, async () => {
        const states = this.db.collection(stateCollection(from, name)).find({}, { batchSize: COPIED_TOGETHER });
        while (await states.hasNext()) {
          const batch = states.readBufferedDocuments();
          await this.db.collection(stateCollection(to, name)).insertMany(batch, { ordered: false });
        }
      });
    }
  }

  async drop({ number }: Pick<GenerationRecord, 'number'>): Promise<void> {
    const collections = await withMongo('list collections', () =>
      this.db.listCollections({}, { nameOnly: true }).toArray(),
    );
    for (const { name } of collections) {
      if (name.startsWith(`g${number}_`)) await withMongo(`drop ${name}`, () => this.db.dropCollection(name));
    }
  }

  async numbers(): Promise<readonly number[]> {
    const collections = await withMongo('list collections', () =>
      this.db.listCollections({}, { nameOnly: true }).toArray(),
    );
    return collections.flatMap(({ name }) => /^g(\d+)_/.exec(name)?.[1] ?? []).map(Number);
  }

  private async createIndexes(
    collection: string,
    indexes: readonly Readonly<Record<string, 1 | -1>>[],
    options: { readonly sparse?: true } = {},
  ): Promise<void> {
    if (indexes.length === 0) return;
    await withMongo(`create the indexes of ${collection}`, () =>
      this.db.collection(collection).createIndexes(indexes.map((key) => ({ key: { ...key }, ...options }))),
    );
  }
}
