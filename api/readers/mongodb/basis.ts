/** States and sums, as the projector keeps them. */
import type { AggregateState } from '../../../mappings/aggregates/state.js';
import type { PeriodSummary } from '../../../mappings/contract.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import { rollupCollection, stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord, ChapterRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { BasisSource } from '../../ports/history.js';
import type { Database } from './database.js';

export class MongoBasis implements BasisSource {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async states(
    generation: number,
    name: AggregateName,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, AggregateState>> {
    const { maxTimeMS } = this.#database;
    const found = await this.#database.ask(() =>
      this.#database
        .collection<AggregateRecord>(stateCollection(generation, name))
        .find({ _id: { $in: [...ids] } }, { projection: { state: 1 }, maxTimeMS })
        .toArray(),
    );
    return new Map(found.map(({ _id, state }) => [_id, decodeState(state)]));
  }

  async periods(
    generation: number,
    rollup: RollupName,
    owners: readonly string[],
  ): Promise<ReadonlyMap<string, readonly PeriodSummary[]>> {
    const { maxTimeMS } = this.#database;
    const chapters = await this.#database.ask(() =>
      this.#database
        .collection<ChapterRecord>(rollupCollection(generation, rollup))
        .find({ owner: { $in: [...owners] } }, { projection: { owner: 1, summaries: 1 }, maxTimeMS })
        .toArray(),
    );
    const periods = new Map<string, PeriodSummary[]>(owners.map((owner) => [owner, []]));
    for (const { owner, summaries } of chapters) {
      for (const [period, summary] of Object.entries(summaries)) {
        periods.get(owner)?.push({ period, summary: JSON.parse(summary) });
      }
    }
    for (const own of periods.values()) own.sort((a, b) => (a.period < b.period ? 1 : -1));
    return periods;
  }
}
