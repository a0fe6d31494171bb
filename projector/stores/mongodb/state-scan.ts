import type { Db } from 'mongodb';
import type { Key } from '../../../mappings/contract.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import { ROLLUP_NAMES, readContributions } from '../../../runtime/storage/contributions.js';
import { rollupCollection, stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord, ChapterRecord } from '../../../runtime/storage/records.js';
import type { RollupContribution, StateScan } from '../../ports/states.js';
import type { ContributionFields } from './aggregate-store.js';
import { withMongo } from './connection.js';

/** A state, or a chapter of an owner. */
interface IdRecord extends Pick<AggregateRecord, '_id'>, Partial<Pick<ChapterRecord, 'owner'>> {}

const COUNTED_TOGETHER = 20_000;

interface ScannedOrder extends ContributionFields {
  readonly _id: string;
}

export class MongoStateScan implements StateScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async count(key: Key): Promise<number> {
    if ('aggregate' in key) return withMongo('count states', () => this.placeOf(key).records.estimatedDocumentCount());
    let count = 0;
    for (let after: string | null = null; ; ) {
      const owners: readonly string[] = await this.ids(key, after, COUNTED_TOGETHER);
      if (owners.length === 0) return count;
      count += owners.length;
      after = owners.at(-1) ?? '';
    }
  }

  /** Of an owner with more chapters than a page has, the next page passes by those that are left. */
  async ids(key: Key, after: string | null, limit: number): Promise<readonly string[]> {
    const { what, records, field, projection } = this.placeOf(key);
    const found = await withMongo(`scan ${what}`, () =>
      records
        .find(after === null ? {} : { [field]: { $gt: after } }, {
          projection,
          sort: { [field]: 1 },
          limit,
          batchSize: limit,
        })
        .toArray(),
    );
    return [...idsIn(found)];
  }

  async known(key: Key, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { what, records, field, projection } = this.placeOf(key);
    const found = await withMongo(`look up ${what}`, () =>
      records.find({ [field]: { $in: [...ids] } }, { projection }).toArray(),
    );
    return idsIn(found);
  }

  async *contributions(pageOrdersMax: number): AsyncGenerator<readonly RollupContribution[]> {
    const orders = this.db
      .collection<ScannedOrder>(stateCollection(this.generation, 'orders'))
      .find({}, { projection: { _id: 0, contributions: 1 }, batchSize: pageOrdersMax });
    try {
      while (await withMongo('scan the contributions of orders', () => orders.hasNext())) {
        yield orders.readBufferedDocuments().flatMap(contributionsOf);
      }
    } finally {
      await orders.close();
    }
  }

  async unknownRollups(): Promise<readonly RollupName[]> {
    const orders = this.db.collection(stateCollection(this.generation, 'orders'));
    const lacking = (rollup: RollupName) => ({ [`contributions.${rollup}`]: { $exists: false } });
    const found = await withMongo('look for rollups that states do not know', () =>
      Promise.all(ROLLUP_NAMES.map((rollup) => orders.findOne(lacking(rollup), { projection: { _id: 1 } }))),
    );
    return ROLLUP_NAMES.filter((_, i) => found[i] !== null);
  }

  private placeOf(key: Key) {
    const isState = 'aggregate' in key;
    const name = isState
      ? stateCollection(this.generation, key.aggregate)
      : rollupCollection(this.generation, key.rollup);
    return {
      what: isState ? 'states' : `the owners of ${key.rollup}`,
      records: this.db.collection<IdRecord>(name),
      field: isState ? '_id' : 'owner',
      // Owners are read from their index alone.
      projection: isState ? { _id: 1 } : { _id: 0, owner: 1 },
    };
  }
}

function idsIn(records: readonly IdRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ _id, owner }) => owner ?? _id));
}

function contributionsOf({ contributions }: ScannedOrder): RollupContribution[] {
  return ROLLUP_NAMES.flatMap((rollup) =>
    readContributions(contributions[rollup]).map((own) => [rollup, own] as const),
  );
}
