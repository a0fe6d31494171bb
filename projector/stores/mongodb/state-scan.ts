import type { Db } from 'mongodb';
import type { AggregateName } from '../../../mappings/events/event.js';
import { stateCollection } from '../../../runtime/names.js';
import type { RollupContribution, StateScan } from '../../ports.js';
import { ROLLUP_NAMES, readContributions } from '../../state/derive.js';
import type { ContributionFields } from './aggregate-store.js';
import { withMongo } from './connection.js';

interface ScannedOrder extends ContributionFields {
  readonly _id: string;
}

export class MongoStateScan implements StateScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  count(aggregate: AggregateName): Promise<number> {
    return withMongo('count states', () =>
      this.db.collection(stateCollection(this.generation, aggregate)).estimatedDocumentCount(),
    );
  }

  async ids(aggregate: AggregateName, after: string | null, limit: number): Promise<readonly string[]> {
    const found = await withMongo('scan states', () =>
      this.db
        .collection<{ readonly _id: string }>(stateCollection(this.generation, aggregate))
        .find(after === null ? {} : { _id: { $gt: after } }, {
          projection: { _id: 1 },
          sort: { _id: 1 },
          limit,
          batchSize: limit,
        })
        .toArray(),
    );
    return found.map(({ _id }) => _id);
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
}

function contributionsOf({ contributions }: ScannedOrder): RollupContribution[] {
  return ROLLUP_NAMES.flatMap((rollup) =>
    readContributions(contributions[rollup]).map((own) => [rollup, own] as const),
  );
}
