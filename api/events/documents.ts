/** The documents that show what an event wrote, by the rules that the views declare. */
import { presenceOf } from '../../mappings/aggregates/state.js';
import type { Touch, View } from '../../mappings/contract.js';
import type { DomainEvent } from '../../mappings/events/event.js';
import { rollups, views } from '../../mappings/registry.js';
import { ownersOf } from '../../mappings/rollups/group.js';
import type { TracedState, TraceSource } from '../ports/history.js';
import type { Principal } from '../ports/principal.js';

export const EVENT_DOCUMENTS_MAX = 100;

interface Candidate {
  readonly view: View;
  readonly id: string;
  /** Whose it is, as far as that is known. */
  readonly customers: readonly string[];
}

/** Such as `orders/o-1001`, its aggregate's own first; those that refer to it only when the event itself is known. */
export async function documentsShowing(
  traces: TraceSource,
  generation: number,
  principal: Principal,
  traced: TracedState,
  event: DomainEvent | null,
): Promise<readonly string[]> {
  const candidates: Candidate[] = [];
  for (const view of Object.values(views)) {
    const candidate = (id: string, customers: readonly string[]): Candidate => ({ view, id, customers });
    for (const touch of view.touchedBy) {
      switch (touch.by) {
        case 'self':
          if (touch.aggregate !== traced.aggregate || presenceOf(traced.state) !== 'present') break;
          // The caller may learn of the aggregate, or would not have come so far.
          candidates.unshift(candidate(traced.id, principal.customerId === null ? [] : [principal.customerId]));
          break;
        case 'rollup':
          for (const owner of ownersOf(traced.state.groups.get(touch.rollup) ?? [])) {
            candidates.push(candidate(owner, rollups[touch.rollup].ownedBy === 'customers' ? [owner] : []));
          }
          break;
        case 'reference':
          if (touch.aggregate !== traced.aggregate || event === null || !touch.shows(event)) break;
          for (const { orderId, customers } of await referring(traces, generation, principal, traced, touch)) {
            if (touch.document === 'order') candidates.push(candidate(orderId, customers));
            else candidates.push(...customers.map((id) => candidate(id, [id])));
          }
      }
    }
  }
  const seen = candidates.filter((candidate) => maySee(principal, candidate));
  return [...new Set(seen.map(({ view, id }) => `${view.name}/${id}`))].slice(0, EVENT_DOCUMENTS_MAX);
}

function maySee({ scopes, customerId }: Principal, { view, customers }: Candidate): boolean {
  const { scope, customer } = view.queries.access;
  return scopes.has(scope) && (customerId === null || customer === undefined || customers.includes(customerId));
}

function referring(
  traces: TraceSource,
  generation: number,
  { customerId }: Principal,
  { id }: TracedState,
  { reference }: Extract<Touch, { by: 'reference' }>,
) {
  return traces.referring(generation, reference, id, customerId, EVENT_DOCUMENTS_MAX);
}
