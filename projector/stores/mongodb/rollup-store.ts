import type { Db } from 'mongodb';
import type { Member, PeriodRange, PeriodSummary } from '../../../mappings/contract.js';
import type { RollupName, SummaryOf } from '../../../mappings/rollups/summaries.js';
import { rollupCollection, stateCollection } from '../../../runtime/names.js';
import type { Contributions, RollupStore, Ticket } from '../../ports.js';
import { groupOf, splitGroup } from '../../state/derive.js';
import type { ContributionFields } from './aggregate-store.js';
import { withMongo } from './connection.js';
import { guardedReplace } from './guarded-replace.js';

interface RollupDocument {
  readonly _id: string;
  readonly owner: string;
  readonly period: string;
  readonly ticket: number;
  /** JSON: see state/codec.ts for why. */
  readonly summary: string;
}

interface ContributingOrder extends ContributionFields {
  readonly _id: string;
}

export const ROLLUP_INDEXES: readonly Readonly<Record<string, 1>>[] = [{ owner: 1, period: 1 }, { period: 1 }];

export class MongoRollupStore implements RollupStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async members(rollup: RollupName, groups: readonly string[]): Promise<Map<string, Member[]>> {
    const members = new Map<string, Member[]>(groups.map((group) => [group, []]));
    if (groups.length === 0) return members;
    const orders = await withMongo(`read the members of ${rollup}`, () =>
      this.db
        .collection<ContributingOrder>(stateCollection(this.generation, 'orders'))
        .find({ [`groups.${rollup}`]: { $in: [...groups] } }, { projection: { contributions: 1 }, batchSize: 10_000 })
        .toArray(),
    );
    for (const { _id: orderId, contributions } of orders) {
      const parsed = JSON.parse(contributions) as Contributions;
      for (const contribution of parsed[rollup] ?? []) {
        members.get(groupOf(contribution))?.push({ orderId, contribution });
      }
    }
    return members;
  }

  async read<Name extends RollupName>(
    rollup: Name,
    owners: readonly string[],
    firstPeriod: string | null,
  ): Promise<Map<string, PeriodSummary<Name>[]>> {
    const found = new Map<string, PeriodSummary<Name>[]>(owners.map((owner) => [owner, []]));
    if (owners.length === 0) return found;
    const periods = firstPeriod === null ? {} : { period: { $gte: firstPeriod } };
    const records = await withMongo(`read ${rollup}`, () =>
      this.db
        .collection<RollupDocument>(rollupCollection(this.generation, rollup))
        .find(
          { owner: { $in: [...owners] }, ...periods },
          { projection: { owner: 1, period: 1, summary: 1 }, batchSize: 10_000 },
        )
        .toArray(),
    );
    for (const { owner, period, summary } of records) {
      found.get(owner)?.push({ period, summary: JSON.parse(summary) as SummaryOf[Name] });
    }
    for (const summaries of found.values()) summaries.sort((a, b) => (a.period < b.period ? 1 : -1));
    return found;
  }

  async owners(rollup: RollupName, periods: readonly PeriodRange[]): Promise<readonly string[]> {
    if (periods.length === 0) return [];
    const records = await withMongo(`look up owners in ${rollup}`, () =>
      this.db
        .collection<RollupDocument>(rollupCollection(this.generation, rollup))
        .find(
          { $or: periods.map(({ from, to }) => ({ period: { $gte: from, $lte: to } })) },
          { projection: { _id: 0, owner: 1 }, batchSize: 10_000 },
        )
        .toArray(),
    );
    return [...new Set(records.map(({ owner }) => owner))];
  }

  async write<Name extends RollupName>(
    rollup: Name,
    ticket: Ticket,
    summaries: readonly { readonly group: string; readonly summary: SummaryOf[Name] }[],
  ): Promise<void> {
    const replacements = summaries.map(({ group, summary }) => ({
      filter: { _id: group, ticket: { $lt: ticket } },
      replacement: { _id: group, ...splitGroup(group), ticket, summary: JSON.stringify(summary) },
    }));
    const { refused } = await guardedReplace(this.db, rollupCollection(this.generation, rollup), replacements);
    for (const [place, reason] of refused) {
      throw new Error(`MongoDB refuses the rollup ${rollup} of ${summaries[place]?.group}: ${reason}`);
    }
  }
}
