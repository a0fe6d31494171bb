/** The parameters of a question about an event. */
import { type AggregateName, isWellFormedId } from '../../mappings/events/event.js';
import { aggregates } from '../../mappings/registry.js';
import type { Given, ParameterError } from './given.js';
import { ParameterValues } from './parameter-values.js';

export const AGGREGATE = 'aggregate';

export type EventOutcome =
  | { readonly kind: 'request'; readonly aggregate: { readonly name: AggregateName; readonly id: string } | null }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] };

export function readEventRequest(given: Given): EventOutcome {
  const values = new ParameterValues(given);
  values.refuseUnknown([AGGREGATE], 'an event');
  const text = values.one(AGGREGATE);
  const aggregate = text === undefined ? null : aggregateIn(text);
  if (text !== undefined && aggregate === null) {
    const names = Object.keys(aggregates).join(', ');
    values.refuse(AGGREGATE, `must be such as orders/o-1001: one of ${names}, a slash, and the id`);
  }
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  return { kind: 'request', aggregate };
}

/** `null` when it is none. */
function aggregateIn(text: string): { readonly name: AggregateName; readonly id: string } | null {
  const slash = text.indexOf('/');
  const name = text.slice(0, slash);
  const id = text.slice(slash + 1);
  return slash > 0 && Object.hasOwn(aggregates, name) && isWellFormedId(id)
    ? { name: name as AggregateName, id }
    : null;
}
