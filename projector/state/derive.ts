/** What a state is looked up by and what it contributes to sums: computed anew whenever the state changes. */
import type { OrderFacts } from '../../mappings/aggregates/orders.js';
import type { AggregateState, References } from '../../mappings/aggregates/state.js';
import type { DerivationSettings } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { aggregates, rollups } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { Contributions } from '../ports.js';

export interface Derived {
  /** The state with every group that it contributes to now added to those that it ever did. */
  readonly state: AggregateState;
  readonly references: References;
  readonly contributions: Contributions;
}

export const ROLLUP_NAMES = Object.keys(rollups) as readonly RollupName[];

/** The name of a group: ids have no commas. */
export function groupOf({ owner, period }: { readonly owner: string; readonly period: string }): string {
  return `${owner},${period}`;
}

export function splitGroup(group: string): { owner: string; period: string } {
  const comma = group.indexOf(',');
  return { owner: group.slice(0, comma), period: group.slice(comma + 1) };
}

export function derive(name: AggregateName, id: string, state: AggregateState, settings: DerivationSettings): Derived {
  const contributions = name === 'orders' ? contributionsOf(aggregates.orders.read(id, state), settings) : {};
  return { state: rememberGroups(state, contributions), references: referencesOf(name, id, state), contributions };
}

function referencesOf<Name extends AggregateName>(name: Name, id: string, state: AggregateState): References {
  return aggregates[name].references(aggregates[name].read(id, state));
}

function contributionsOf(order: OrderFacts, settings: DerivationSettings): Contributions {
  return Object.fromEntries(ROLLUP_NAMES.map((rollup) => [rollup, rollups[rollup].contribute(order, settings)]));
}

/** A group that is left must be recomputed too, whenever the order is touched: so none is ever forgotten. */
function rememberGroups(state: AggregateState, contributions: Contributions): AggregateState {
  const groups = new Map(state.groups);
  for (const rollup of ROLLUP_NAMES) {
    const ever = groups.get(rollup) ?? [];
    const added = (contributions[rollup] ?? []).map(groupOf).filter((group) => !ever.includes(group));
    if (added.length > 0) groups.set(rollup, [...ever, ...added].sort());
  }
  return { ...state, groups };
}
