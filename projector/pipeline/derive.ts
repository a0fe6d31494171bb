/** What a state is looked up by and what it contributes to sums: computed anew whenever the state changes. */

import { type OrderFacts, referencesOf } from '../../mappings/aggregates/orders.js';
import { type AggregateState, NO_REFERENCES, type References } from '../../mappings/aggregates/state.js';
import type { Contribution, DerivationSettings, Rollup } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { isDocumentId } from '../../mappings/events/identifier.js';
import { aggregates, rollups } from '../../mappings/registry.js';
import { type Group, group, textOfGroup, unitedGroups } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { NO_CONTRIBUTIONS, ROLLUP_NAMES, storedContributions } from '../../runtime/storage/contributions.js';
import type { Contributions } from '../ports/states.js';

export interface Derived {
  /** The state with every group that it contributes to now added to those that it ever did. */
  readonly state: AggregateState;
  readonly references: References;
  readonly contributions: Contributions;
}

export function derive(name: AggregateName, id: string, state: AggregateState, settings: DerivationSettings): Derived {
  // Only orders refer to others and count in sums.
  if (name !== 'orders') return { state, references: NO_REFERENCES, contributions: {} };
  const order = aggregates.orders.read(id, state);
  const own = ROLLUP_NAMES.map((rollup) => [rollup, contributionsOf(rollups[rollup], order, settings)] as const);
  return {
    state: rememberGroups(state, own),
    references: referencesOf(order),
    contributions: Object.fromEntries(own.map(([rollup, contributed]) => [rollup, storedContributions(contributed)])),
  };
}

/** Owners that are no ids of aggregates may be texts that no document can go by: what is theirs counts nowhere. */
export function contributionsOf(
  rollup: Pick<Rollup, 'ownedBy' | 'contribute'>,
  order: OrderFacts,
  settings: DerivationSettings,
): readonly Contribution[] {
  const all = rollup.contribute(order, settings);
  return rollup.ownedBy === null ? all.filter(({ owner }) => isDocumentId(owner)) : all;
}

/** A group that is left must be recomputed too, whenever the order is touched: so none is ever forgotten. */
function rememberGroups(
  state: AggregateState,
  contributions: readonly (readonly [rollup: RollupName, contributed: readonly Contribution[]])[],
): AggregateState {
  let groups: Map<string, readonly Group[]> | null = null;
  for (const [rollup, contributed] of contributions) {
    const ever = state.groups.get(rollup) ?? [];
    const added = without(ever, contributed);
    if (added.length === 0) continue;
    groups ??= new Map(state.groups);
    groups.set(rollup, unitedGroups([...ever, ...added]));
  }
  return groups === null ? state : { ...state, groups };
}

/** An order of 1,000 lines that was paid on many days has tens of thousands of groups: each is looked up once. */
function without(known: readonly Group[], contributed: readonly Contribution[]): readonly Group[] {
  if (contributed.length === 0) return [];
  const ever = new Set(known.map(textOfGroup));
  return contributed.filter((one) => !ever.has(textOfGroup(one))).map(({ owner, period }) => group(owner, period));
}

/** The rollups to which a change of the order's contributions makes a difference. */
export function rollupsChanged(before: Contributions, after: Contributions): ReadonlySet<RollupName> {
  return new Set(
    ROLLUP_NAMES.filter(
      (rollup) => (before[rollup] ?? NO_CONTRIBUTIONS).json !== (after[rollup] ?? NO_CONTRIBUTIONS).json,
    ),
  );
}
