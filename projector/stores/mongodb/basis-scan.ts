import type { Db } from 'mongodb';
import { NO_REFERENCES } from '../../../mappings/aggregates/state.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { type Group, group, ownersOf, textOfGroup } from '../../../mappings/rollups/group.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import { piecesOf } from '../../../runtime/collections.js';
import { ROLLUP_NAMES } from '../../../runtime/storage/contributions.js';
import { rollupCollection, stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord, ChapterRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { Room } from '../../ports/errors.js';
import type { BasisScan, RollupCopy, StateCopy } from '../../ports/states.js';
import { charactersOf } from '../characters.js';
import { type ContributionFields, gapOf } from './aggregate-store.js';
import { withMongo } from './connection.js';
import { visitEach } from './streaming.js';

type StateDocument = AggregateRecord & Partial<ContributionFields>;

const PAGE_CHAPTERS = 2000;
/** A chapter has a month's days or a quarter's months: that bounds the groups that are looked at together. */
const CHAPTERS_TOGETHER = 100;

export class MongoBasisScan implements BasisScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async states(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<ReadonlyMap<string, StateCopy>> {
    const copies = new Map<string, StateCopy>();
    const found = this.db
      .collection<StateDocument>(stateCollection(this.generation, aggregate))
      .find({ _id: { $in: [...ids] } }, { batchSize: ids.length + 1 });
    await withMongo('read states', () =>
      visitEach(found, (record) => {
        room?.take(charactersOf(record));
        copies.set(record._id, toCopy(record));
      }),
    );
    return copies;
  }

  async rollups(rollup: RollupName, groups: readonly Group[]): Promise<ReadonlyMap<string, RollupCopy>> {
    const wanted = new Set(groups.map(textOfGroup));
    const copies = new Map<string, RollupCopy>();
    const chapters = this.chapters(rollup).find({ owner: { $in: [...ownersOf(groups)] } });
    await withMongo(`read ${rollup}`, () =>
      visitEach(chapters, (chapter) => {
        for (const [one, copy] of copiesOf(chapter)) {
          const text = textOfGroup(one);
          if (wanted.has(text)) copies.set(text, copy);
        }
      }),
    );
    return copies;
  }

  async *groups(rollup: RollupName): AsyncGenerator<readonly Group[]> {
    for (let after: string | null = null; ; ) {
      const filter: { _id?: { $gt: string } } = after === null ? {} : { _id: { $gt: after } };
      const chapters: ChapterRecord[] = await withMongo(`read ${rollup}`, () =>
        this.chapters(rollup)
          .find(filter, { sort: { _id: 1 }, limit: PAGE_CHAPTERS, batchSize: PAGE_CHAPTERS })
          .toArray(),
      );
      if (chapters.length === 0) return;
      for (const piece of piecesOf(chapters, CHAPTERS_TOGETHER)) {
        yield piece.flatMap(copiesOf).map(([one]) => one);
      }
      after = chapters.at(-1)?._id ?? '';
    }
  }

  private chapters(rollup: RollupName) {
    return this.db.collection<ChapterRecord>(rollupCollection(this.generation, rollup));
  }
}

function toCopy({ version, state, references = NO_REFERENCES, groups, contributions, gap }: StateDocument): StateCopy {
  return {
    version,
    state: readable(state),
    references,
    ...gapOf(gap),
    contributions: Object.fromEntries(
      ROLLUP_NAMES.flatMap((rollup) =>
        groups === undefined || contributions === undefined
          ? []
          : [[rollup, { groups: groups[rollup] ?? [], json: contributions[rollup] ?? '' }]],
      ),
    ),
  };
}

function readable(state: string): StateCopy['state'] {
  try {
    return decodeState(state);
  } catch {
    return null;
  }
}

function copiesOf({ owner, tickets, summaries }: ChapterRecord): [Group, RollupCopy][] {
  const periods = new Set([...Object.keys(tickets ?? {}), ...Object.keys(summaries ?? {})]);
  return [...periods].map((period) => [
    group(owner, period),
    { ticket: tickets?.[period] ?? Number.NaN, summary: summaries?.[period] ?? '' },
  ]);
}
