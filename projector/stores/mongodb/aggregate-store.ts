import type { Db, FindCursor } from 'mongodb';
import { NO_REFERENCES, type References } from '../../../mappings/aggregates/state.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import type { RollupName } from '../../../mappings/rollups/summaries.js';
import type { StoredContributions } from '../../../runtime/storage/contributions.js';
import { NO_CONTRIBUTIONS, ROLLUP_NAMES } from '../../../runtime/storage/contributions.js';
import { eventMark } from '../../../runtime/storage/event-mark.js';
import { stateCollection } from '../../../runtime/storage/names.js';
import type { AggregateRecord } from '../../../runtime/storage/records.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import type { Room } from '../../ports/errors.js';
import type { AggregateStore, Contributions, Gap, Referring, StateRecord, StateWrite } from '../../ports/states.js';
import { charactersOf } from '../characters.js';
import { withMongo } from './connection.js';
import { compareAndSet } from './guarded-write.js';
import { visitEach } from './streaming.js';

const BATCH_RECORDS = 10_000;

/** Indexes of the orders' states: one for each reverse look-up, in the order of ids, and one for each rollup. */
export const ORDER_STATE_INDEXES: readonly Readonly<Record<string, 1>>[] = [
  ...Object.keys(NO_REFERENCES).map((reference) => ({ [`references.${reference}`]: 1 as const, _id: 1 as const })),
  ...ROLLUP_NAMES.map((rollup) => ({ [`groups.${rollup}`]: 1 as const })),
];

/** Indexes of all states: sparse, so that those without a gap cost nothing. */
export const STATE_INDEXES: readonly Readonly<Record<string, 1>>[] = [{ 'gap.open': 1, 'gap.since': 1 }, { events: 1 }];

export class MongoAggregateStore implements AggregateStore {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async read(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<Map<string, StateRecord>> {
    const records = new Map<string, StateRecord>();
    if (ids.length === 0) return records;
    const found = this.collection(aggregate).find(
      { _id: { $in: [...ids] } },
      { projection: { version: 1, state: 1, gap: 1 }, batchSize: ids.length + 1 },
    );
    await withMongo('read states', () =>
      visitEach(found, ({ _id, version, state, gap }) => {
        room?.take(state.length);
        records.set(_id, { version, state: decodeState(state), length: state.length, ...gapOf(gap) });
      }),
    );
    return records;
  }

  async versions(aggregate: AggregateName, ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const found = await withMongo('read versions', () =>
      this.collection(aggregate)
        .find({ _id: { $in: [...ids] } }, { projection: { version: 1 }, batchSize: ids.length + 1 })
        .toArray(),
    );
    return new Map(found.map(({ _id, version }) => [_id, version]));
  }

  async write(aggregate: AggregateName, writes: readonly StateWrite[]): Promise<ReadonlySet<string>> {
    const changes = writes.map(({ id, expected, state, text, references, contributions, gap }) => ({
      characters: text.length + charactersOf(references) + charactersOf(contributions),
      filter: { _id: id, version: expected },
      update: {
        _id: id,
        version: expected + 1,
        state: text,
        events: state.remembered.map(({ version }) => eventMark(version.eventId)),
        ...(gap === undefined ? {} : { gap: { open: true, ...gap } }),
        ...(aggregate === 'orders' ? { references, ...contributionFields(contributions) } : {}),
      },
    }));
    const collection = stateCollection(this.generation, aggregate);
    const { superseded, refused } = await compareAndSet(this.db, collection, changes);
    for (const [place, reason] of refused) {
      throw new Error(`MongoDB refuses the state of ${aggregate}/${writes[place]?.id}: ${reason}`);
    }
    return new Set([...superseded].flatMap((place) => writes[place]?.id ?? []));
  }

  async referring(reference: keyof References, ids: readonly string[], limit: number): Promise<readonly Referring[]> {
    if (ids.length === 0) return [];
    const found = this.collection('orders').find(
      { [`references.${reference}`]: { $in: [...ids] } },
      { projection: shownOf(reference), limit, batchSize: Math.min(limit, BATCH_RECORDS) },
    );
    return withMongo('look up referring orders', () => toReferring(found, reference, ids));
  }

  async referringAfter(
    reference: keyof References,
    id: string,
    after: string | null,
    limit: number,
  ): Promise<readonly Referring[]> {
    const found = this.collection('orders').find(
      { [`references.${reference}`]: id, ...(after === null ? {} : { _id: { $gt: after } }) },
      { projection: shownOf(reference), sort: { _id: 1 }, limit, batchSize: Math.min(limit, BATCH_RECORDS) },
    );
    return withMongo('look up the next referring orders', () => toReferring(found, reference, [id]));
  }

  private collection(aggregate: AggregateName) {
    return this.db.collection<AggregateRecord>(stateCollection(this.generation, aggregate));
  }
}

/** As the port has it. */
export function gapOf(stored: AggregateRecord['gap']): { readonly gap?: Gap } {
  return stored === undefined ? {} : { gap: { awaited: stored.awaited, since: stored.since } };
}

function shownOf(reference: keyof References): Readonly<Record<string, 1>> {
  return { 'references.customer': 1, [`references.${reference}`]: 1 };
}

/** Of 20,000 orders with 1,000 products each no more is kept than was asked for, and that once. */
async function toReferring(
  found: FindCursor<AggregateRecord>,
  reference: keyof References,
  ids: readonly string[],
): Promise<Referring[]> {
  const wanted = new Map(ids.map((id) => [id, id]));
  const referring: Referring[] = [];
  await visitEach(found, ({ _id, references = NO_REFERENCES }) => {
    const referred = references[reference].flatMap((id) => wanted.get(id) ?? []);
    referring.push({ orderId: _id, referred, customer: references.customer });
  });
  return referring;
}

/** Of each rollup: the groups, which are looked up, and JSON of the contributions. */
export interface ContributionFields {
  readonly groups: { readonly [Name in RollupName]: readonly string[] };
  readonly contributions: { readonly [Name in RollupName]: string };
}

function contributionFields(contributions: Contributions): ContributionFields {
  const byRollup = <Value>(of: (own: StoredContributions) => Value) =>
    Object.fromEntries(ROLLUP_NAMES.map((rollup) => [rollup, of(contributions[rollup] ?? NO_CONTRIBUTIONS)])) as {
      readonly [Name in RollupName]: Value;
    };
  return { groups: byRollup(({ groups }) => groups), contributions: byRollup(({ json }) => json) };
}
