/** Which documents an event reaches, by the rules that the views declare. */
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { Touch, ViewName } from '../../mappings/contract.js';
import type { AggregateName, DomainEvent } from '../../mappings/events/event.js';
import { views } from '../../mappings/registry.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import { ROLLUP_NAMES } from '../../runtime/storage/contributions.js';
import type { Referring } from '../ports/states.js';
import type { Dirty, ReferenceTouch } from './dirty.js';

interface Rule<Kind extends Touch['by']> {
  readonly view: ViewName;
  readonly touch: Extract<Touch, { by: Kind }>;
}

const SELF = rulesBy('self');
const REFERENCE = rulesBy('reference');
const ROLLUP = rulesBy('rollup');

function rulesBy<Kind extends Touch['by']>(kind: Kind): readonly Rule<Kind>[] {
  return Object.values(views).flatMap((view) =>
    view.touchedBy
      .filter((touch): touch is Extract<Touch, { by: Kind }> => touch.by === kind)
      .map((touch) => ({ view: view.name, touch })),
  );
}

/**
 * What the touched aggregate itself leads to. Its state names every group that it ever was in; all are recomputed,
 * but those of rollups to which the deliveries certainly made no difference (`null`: that is not known).
 */
export function touchAggregate(
  dirty: Dirty,
  aggregate: AggregateName,
  id: string,
  state: AggregateState,
  rollupsChanged: ReadonlySet<RollupName> | null,
): void {
  for (const { view, touch } of SELF) if (touch.aggregate === aggregate) dirty.document(view, id);
  for (const rollup of ROLLUP_NAMES) {
    if (rollupsChanged?.has(rollup) === false) continue;
    for (const group of state.groups.get(rollup) ?? []) dirty.group(rollup, group);
  }
}

/** The look-ups that an event calls for. A duplicate calls for them too: its first delivery may have died. */
export function touchReferring(dirty: Dirty, event: DomainEvent): void {
  for (const { touch } of REFERENCE) {
    if (touch.aggregate === event.aggregate && touch.shows(event)) dirty.reference(touch, event.subject);
  }
}

/** All look-ups that any event of the aggregate could call for. */
export function touchAllReferring(dirty: Dirty, aggregate: AggregateName, id: string): void {
  for (const { touch } of REFERENCE) if (touch.aggregate === aggregate) dirty.reference(touch, id);
}

/** The ways in which orders refer to the aggregate. */
export function referencesTo(aggregate: AggregateName): ReadonlySet<ReferenceTouch['reference']> {
  return new Set(REFERENCE.flatMap(({ touch }) => (touch.aggregate === aggregate ? [touch.reference] : [])));
}

/** The views whose documents read the rollup; their ids are the groups' owners. */
export function viewsReading(rollup: RollupName): readonly ViewName[] {
  return ROLLUP.filter(({ touch }) => touch.rollup === rollup).map(({ view }) => view);
}

/** The view that a look-up leads to: the rule is an object of one view's declaration. */
export function viewOf(touch: Touch): ViewName {
  const rule = REFERENCE.find((candidate) => candidate.touch === touch);
  if (rule === undefined) throw new Error('The look-up rule belongs to no view of the registry.');
  return rule.view;
}

/** The documents that a look-up rule leads to, by way of the orders that it found. */
export function documentsOf(touch: ReferenceTouch, orders: readonly Referring[]): string[] {
  if (touch.document === 'order') return orders.map(({ orderId }) => orderId);
  return [...new Set(orders.flatMap(({ customer }) => customer))];
}
