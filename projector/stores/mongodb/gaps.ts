import type { Db } from 'mongodb';
import { missingRanges } from '../../../mappings/aggregates/sequences.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { FoundGap, GapScan } from '../../ports/states.js';
import { withMongo } from './connection.js';

export class MongoGapScan implements GapScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  count(aggregate: AggregateName, seenUntil: number): Promise<number> {
    return withMongo('count gaps', () =>
      this.states(aggregate).countDocuments({ 'gap.open': true, 'gap.since': { $lte: seenUntil } }),
    );
  }

  async list(aggregate: AggregateName, limit: number): Promise<readonly FoundGap[]> {
    const found = await withMongo('list gaps', () =>
      this.states(aggregate)
        .find({ 'gap.open': true }, { projection: { state: 1, gap: 1 }, sort: { 'gap.since': 1 }, limit })
        .toArray(),
    );
    return found.map(({ _id: id, state, gap }) => {
      return { id, since: gap?.since ?? 0, missing: missingRanges(decodeState(state).sequences) };
    });
  }

  private states(aggregate: AggregateName) {
    return this.db.collection<AggregateRecord>(stateCollection(this.generation, aggregate));
  }
}
