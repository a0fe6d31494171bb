/** Which events a caller may wait for: those of rows that exist for it. */
import type { Principal } from '../ports/principal.js';
import type { AggregateProgress } from '../ports/waiting.js';
import type { Awaited } from './demands.js';

/**
 * Whether the caller may learn how far the aggregate is. Otherwise its state counts as absent, so that the wait ends as
 * for an id that does not exist, after the same time and in the same words. Products are nobody's in particular.
 */
export function mayLearnOf(
  { scopes, customerId }: Principal,
  { aggregate, id }: Pick<Awaited, 'aggregate' | 'id'>,
  { customers }: Pick<AggregateProgress, 'customers'>,
): boolean {
  if (!scopes.has(`${aggregate}:read`)) return false;
  if (customerId === null) return true;
  switch (aggregate) {
    case 'products':
      return true;
    case 'customers':
      return id === customerId;
    case 'orders':
      return customers.includes(customerId);
  }
}
