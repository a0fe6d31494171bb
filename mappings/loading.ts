/** What documents are rendered from, gathered in the rounds that their views declare. */
import type { AggregateState } from './aggregates/state.js';
import type { FactsOf, Loaded, PeriodSummary, View } from './contract.js';
import type { AggregateName } from './events/event.js';
import { aggregates, rollups } from './registry.js';
import type { RollupName } from './rollups/summaries.js';

/** Documents to render, by view. */
export type Rendering = ReadonlyMap<View, readonly string[]>;

/** A few bulk reads per round, whatever the number of documents. */
export interface LoadSources {
  /** Of aggregates that have not arrived there is none. */
  states(name: AggregateName, ids: readonly string[]): Promise<ReadonlyMap<string, AggregateState>>;
  /** Latest period first; `firstPeriod`: nothing before it is needed, `null`: everything is. */
  periods(
    rollup: RollupName,
    owners: readonly string[],
    firstPeriod: string | null,
  ): Promise<ReadonlyMap<string, readonly PeriodSummary[]>>;
}

/** `today`: the business day. */
export async function gather(sources: LoadSources, rendering: Rendering, today: string): Promise<Loaded> {
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
        const states = await sources.states(name, ids);
        for (const id of ids) facts.put(name, id, aggregates[name].read(id, states.get(id)));
      }),
      ...periods.takeWanted().map(async ([name, owners]) => {
        const found = await sources.periods(name, owners, rollups[name].firstPeriodRead?.(today) ?? null);
        for (const owner of owners) periods.put(name, owner, found.get(owner) ?? []);
      }),
    ]);
  }
  return loaded;
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
