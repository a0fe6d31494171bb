/** Reads what documents need, after their ticket: a few bulk reads per round, whatever the number of documents. */
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { FactsOf, Loaded, PeriodSummary, View } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates, rollups } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { AggregateStore, RollupStore } from '../ports.js';
import type { StateCache } from '../state/cache.js';

export interface LoadPorts {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly cache: StateCache;
}

/** What loading itself needs of them. */
export interface LoadSources {
  readonly aggregates: Pick<AggregateStore, 'read' | 'versions'>;
  readonly rollups: Pick<RollupStore, 'read'>;
  readonly cache: StateCache;
}

/** Documents to render, by view. */
export type Rendering = ReadonlyMap<View, readonly string[]>;

/** Call it only with the ticket in hand: nothing that was read before it may go into a document. */
export async function loadFor(ports: LoadSources, rendering: Rendering, today: string): Promise<Loaded> {
  const facts = new Shelf<AggregateName, FactsOf[AggregateName]>();
  const periods = new Shelf<RollupName, readonly PeriodSummary[]>();
  const wants = {
    aggregate: (name: AggregateName, id: string) => facts.want(name, id),
    rollup: (name: RollupName, owner: string) => periods.want(name, owner),
  };
  const loaded: Loaded = {
    aggregate: <Name extends AggregateName>(name: Name, id: string) => facts.get(name, id) as FactsOf[Name],
    rollup: <Name extends RollupName>(name: Name, owner: string) =>
      periods.get(name, owner) as readonly PeriodSummary<Name>[],
  };
  const rounds = Math.max(0, ...[...rendering.keys()].map((view) => view.load.length));
  for (let round = 0; round < rounds; round += 1) {
    for (const [view, ids] of rendering) for (const id of ids) view.load[round]?.(id, wants, loaded);
    await Promise.all([
      ...facts.takeWanted().map(async ([name, ids]) => {
        const states = await readStates(ports, name, ids);
        for (const id of ids) facts.put(name, id, aggregates[name].read(id, states.get(id)));
      }),
      ...periods.takeWanted().map(async ([name, owners]) => {
        const found = await ports.rollups.read(name, owners, rollups[name].firstPeriodRead?.(today) ?? null);
        for (const owner of owners) periods.put(name, owner, found.get(owner) ?? []);
      }),
    ]);
  }
  return loaded;
}

/** A cached state is as good as the stored one when, now, their versions are equal. */
async function readStates(
  ports: LoadSources,
  name: AggregateName,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AggregateState>> {
  const cached = ports.cache.take(name, ids);
  const uncached = ids.filter((id) => !cached.has(id));
  const states = new Map<string, AggregateState>();
  const readRecords = async (missing: readonly string[]) => {
    for (const [id, record] of await ports.aggregates.read(name, missing)) {
      states.set(id, record.state);
      ports.cache.put(name, id, record);
    }
  };
  const checkCached = async () => {
    const versions = await ports.aggregates.versions(name, [...cached.keys()]);
    const stale: string[] = [];
    for (const [id, record] of cached) {
      if (versions.get(id) === record.version) states.set(id, record.state);
      else stale.push(id);
    }
    await readRecords(stale);
  };
  await Promise.all([readRecords(uncached), checkCached()]);
  return states;
}

/** What was asked for, and what came of it. */
class Shelf<Name extends string, Value> {
  private readonly values = new Map<Name, Map<string, Value>>();
  private wanted = new Map<Name, Set<string>>();

  want(name: Name, id: string): void {
    if (this.values.get(name)?.has(id)) return;
    const ids = this.wanted.get(name);
    if (ids === undefined) this.wanted.set(name, new Set([id]));
    else ids.add(id);
  }

  takeWanted(): [Name, string[]][] {
    const taken = [...this.wanted].map(([name, ids]): [Name, string[]] => [name, [...ids]]);
    this.wanted = new Map();
    return taken;
  }

  put(name: Name, id: string, value: Value): void {
    const values = this.values.get(name) ?? new Map<string, Value>();
    values.set(id, value);
    this.values.set(name, values);
  }

  get(name: Name, id: string): Value {
    const value = this.values.get(name)?.get(id);
    if (value === undefined)
      throw new Error(`A view reads ${name}/${id} without having asked for it in its load rounds.`);
    return value;
  }
}
