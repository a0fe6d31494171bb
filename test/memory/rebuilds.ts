/** Rebuilds, in memory. */
import type { Key } from '../../mappings/contract.js';
import { ownersOf } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type {
  Pace,
  RebuildCosts,
  RebuildProgress,
  RebuildRecord,
  RebuildStore,
} from '../../projector/ports/rebuilds.js';
import type { RollupContribution, StateScan } from '../../projector/ports/states.js';
import { ROLLUP_NAMES, readContributions } from '../../runtime/storage/contributions.js';
import type { MemoryAggregateStore, MemoryRollupStore } from './stores.js';

interface Leased {
  record: RebuildRecord;
  owner: string | null;
  until: number;
}

export class MemoryRebuildStore implements RebuildStore {
  private readonly leased = new Map<number, Leased>();
  private readonly remembered = new Map<Pace, RebuildCosts>();

  async create(record: RebuildRecord): Promise<boolean> {
    if (this.leased.has(record.generation)) return false;
    this.begin(record);
    return true;
  }

  begin(record: RebuildRecord): void {
    this.leased.set(record.generation, { record, owner: null, until: 0 });
  }

  async read(generation: number): Promise<RebuildRecord | null> {
    return this.leased.get(generation)?.record ?? null;
  }

  async lease(generation: number, owner: string, now: number, leaseMs: number): Promise<boolean> {
    const own = this.leased.get(generation);
    if (own === undefined || (own.owner !== owner && own.until >= now)) return false;
    Object.assign(own, { owner, until: now + leaseMs });
    return true;
  }

  async progress(generation: number, owner: string, progress: RebuildProgress): Promise<boolean> {
    const own = this.leased.get(generation);
    if (own?.owner !== owner) return false;
    own.record = { ...own.record, ...progress };
    return true;
  }

  async remove(generation: number): Promise<void> {
    this.leased.delete(generation);
  }

  async costs(pace: Pace): Promise<RebuildCosts | null> {
    return this.remembered.get(pace) ?? null;
  }

  async rememberCosts(pace: Pace, costs: RebuildCosts): Promise<void> {
    this.remembered.set(pace, costs);
  }

  /** Whether a lease would be taken over from another owner that has rendered something. */
  isTakenUp(generation: number, owner: string, now: number): boolean {
    const own = this.leased.get(generation);
    return own?.record.place !== undefined && own.owner !== owner && own.until < now;
  }

  /** Whether anybody may take it on. */
  isFree(generation: number, now: number): boolean {
    return (this.leased.get(generation)?.until ?? 0) < now;
  }
}

/** Small, so that there are several. */
const PAGE_IDS_MAX = 2;

export class MemoryStateScan implements StateScan {
  constructor(
    private readonly aggregates: MemoryAggregateStore,
    private readonly rollups: MemoryRollupStore,
  ) {}

  async count(key: Key): Promise<number> {
    return this.all(key).size;
  }

  async ids(key: Key, after: string | null, limit: number): Promise<readonly string[]> {
    const behind = [...this.all(key)].filter((id) => after === null || id > after);
    return behind.sort().slice(0, Math.min(limit, PAGE_IDS_MAX));
  }

  async known(key: Key, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const all = this.all(key);
    return new Set(ids.filter((id) => all.has(id)));
  }

  async unknownRollups(): Promise<readonly RollupName[]> {
    const orders = [...this.aggregates.records.orders.values()];
    return ROLLUP_NAMES.filter((rollup) => orders.some(({ contributions }) => contributions[rollup] === undefined));
  }

  private all(key: Key): ReadonlySet<string> {
    return new Set(
      'aggregate' in key ? this.aggregates.records[key.aggregate].keys() : ownersOf(this.rollups.groups(key.rollup)),
    );
  }

  async *contributions(_pageOrdersMax: number): AsyncGenerator<readonly RollupContribution[]> {
    for (const { contributions } of [...this.aggregates.records.orders.values()]) {
      yield ROLLUP_NAMES.flatMap((rollup) =>
        readContributions(contributions[rollup]?.json ?? '[]').map((own) => [rollup, own] as const),
      );
    }
  }
}
