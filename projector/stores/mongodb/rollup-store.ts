import type { Db } from 'mongodb';
import type { Contribution, PeriodRange, PeriodSummary } from '../../../mappings/contract.js';
import { type Group, textOfGroup } from '../../../mappings/rollups/group.js';
import type { RollupName, SummaryOf } from '../../../mappings/rollups/summaries.js';
import { readContributions } from '../../../runtime/storage/contributions.js';
import { rollupCollection, stateCollection } from '../../../runtime/storage/names.js';
import type { ChapterRecord } from '../../../runtime/storage/records.js';
import type { Room } from '../../ports/errors.js';
import type { OwnerPage, RollupStore } from '../../ports/rollups.js';
import type { Ticket } from '../../ports/tickets.js';
import type { ContributionFields } from './aggregate-store.js';
import { withMongo } from './connection.js';
import { writeNewest } from './guarded-write.js';
import { visitEach } from './streaming.js';

/** `2026-11-01` is in `2026-11`, `2026-11` in `2026-Q4`: small enough that a chapter stays far below 16 MB. */
function chapterOf(period: string): string {
  if (period.length > 'yyyy-mm'.length) return period.slice(0, 'yyyy-mm'.length);
  return `${period.slice(0, 4)}-Q${Math.ceil(Number(period.slice(5)) / 3)}`;
}

const BATCH_RECORDS = 10_000;

/** Far more than one owner has. */
const PAGE_CHAPTERS = 20_000;

interface ContributingOrder extends ContributionFields {
  readonly _id: string;
}

export const ROLLUP_INDEXES: readonly Readonly<Record<string, 1>>[] = [{ owner: 1, chapter: 1 }, { chapter: 1 }];

export class MongoRollupStore implements RollupStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async members(
    rollup: RollupName,
    groups: readonly Group[],
    visit: (group: string, contribution: Contribution) => void,
  ): Promise<void> {
    if (groups.length === 0) return;
    const wanted = new Set(groups.map(textOfGroup));
    const orders = this.db
      .collection<ContributingOrder>(stateCollection(this.generation, 'orders'))
      .find(
        { [`groups.${rollup}`]: { $in: [...wanted] } },
        { projection: { _id: 0, [`contributions.${rollup}`]: 1 }, batchSize: BATCH_RECORDS },
      );
    // One by one: a group may have more members than fit into memory.
    await withMongo(`read the members of ${rollup}`, () =>
      visitEach(orders, ({ contributions }) => {
        for (const contribution of readContributions(contributions[rollup])) {
          const group = textOfGroup(contribution);
          if (wanted.has(group)) visit(group, contribution);
        }
      }),
    );
  }

  async read<Name extends RollupName>(
    rollup: Name,
    owners: readonly string[],
    firstPeriod: string | null,
    room?: Room,
  ): Promise<Map<string, PeriodSummary<Name>[]>> {
    const found = new Map<string, PeriodSummary<Name>[]>(owners.map((owner) => [owner, []]));
    if (owners.length === 0) return found;
    const chapters = firstPeriod === null ? {} : { chapter: { $gte: chapterOf(firstPeriod) } };
    const records = this.chapters(rollup).find(
      { owner: { $in: [...owners] }, ...chapters },
      { projection: { owner: 1, summaries: 1 }, batchSize: BATCH_RECORDS },
    );
    await withMongo(`read ${rollup}`, () =>
      visitEach(records, ({ owner, summaries }) => {
        const periods = Object.keys(summaries).filter((period) => firstPeriod === null || period >= firstPeriod);
        // Parsed in one go: a call for each of the few dozen texts costs more than the parsing.
        const json = `[${periods.map((period) => summaries[period]).join(',')}]`;
        room?.take(json.length);
        const parsed = JSON.parse(json) as SummaryOf[Name][];
        const own = found.get(owner);
        periods.forEach((period, i) => {
          const summary = parsed[i];
          if (summary !== undefined) own?.push({ period, summary });
        });
      }),
    );
    for (const summaries of found.values()) summaries.sort((a, b) => (a.period < b.period ? 1 : -1));
    return found;
  }

  async owners(rollup: RollupName, periods: readonly PeriodRange[], after: string | null): Promise<OwnerPage> {
    if (periods.length === 0) return { owners: [], next: null };
    const chapters = periods.map(({ from, to }) => ({ chapter: { $gte: chapterOf(from), $lte: chapterOf(to) } }));
    const page = await withMongo(`look up owners in ${rollup}`, () =>
      this.chapters(rollup)
        .find(
          { $or: chapters, ...(after === null ? {} : { owner: { $gt: after } }) },
          { projection: { owner: 1, tickets: 1 }, sort: { owner: 1 }, limit: PAGE_CHAPTERS, batchSize: PAGE_CHAPTERS },
        )
        .toArray(),
    );
    const isLast = page.length < PAGE_CHAPTERS;
    // The next page may have more chapters of a full page's last owner.
    const whole = isLast ? page : page.filter(({ owner }) => owner !== page.at(-1)?.owner);
    const owners = whole.flatMap(({ owner, tickets }) =>
      Object.keys(tickets).some((period) => periods.some(({ from, to }) => period >= from && period <= to))
        ? [owner]
        : [],
    );
    return { owners: [...new Set(owners)], next: isLast ? null : (whole.at(-1)?.owner ?? null) };
  }

  async write<Name extends RollupName>(
    rollup: Name,
    ticket: Ticket,
    summaries: readonly { readonly group: Group; readonly summary: SummaryOf[Name] }[],
  ): Promise<void> {
    const writes = summaries.map(({ group: { owner, period }, summary }) => {
      const chapter = chapterOf(period);
      const json = JSON.stringify(summary);
      return {
        characters: json.length,
        filter: { _id: `${owner},${chapter}`, [`tickets.${period}`]: { $not: { $gte: ticket } } },
        update: {
          $set: {
            owner,
            chapter,
            [`tickets.${period}`]: ticket,
            [`summaries.${period}`]: json,
          },
        },
      };
    });
    const { refused } = await writeNewest(this.db, rollupCollection(this.generation, rollup), writes);
    for (const [place, reason] of refused) {
      const names = summaries.map(({ group }) => textOfGroup(group));
      throw new Error(`MongoDB refuses the rollup ${rollup} of ${names[place]}: ${reason}`);
    }
  }

  private chapters(rollup: RollupName) {
    return this.db.collection<ChapterRecord>(rollupCollection(this.generation, rollup));
  }
}
