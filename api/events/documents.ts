/** The documents that show what an event wrote, by the rules that the views declare. */
import { presenceOf } from '../../mappings/aggregates/state.js';
import type { Touch } from '../../mappings/contract.js';
import type { AggregateName, DomainEvent } from '../../mappings/events/event.js';
import { views } from '../../mappings/registry.js';
import { ownersOf } from '../../mappings/rollups/group.js';
import type { Principal } from '../access/principal.js';
import type { TracedState, TraceSource } from '../ports.js';
import { mayLearnOf } from '../waiting/permission.js';

export const EVENT_DOCUMENTS_MAX = 100;

interface Candidate {
  /** Of the document. */
  readonly aggregate: AggregateName;
  readonly id: string;
  /** Whose it is, if it is an order. */
  readonly customers: readonly string[];
  readonly name: string;
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
    const named = (ids: readonly string[], customers: readonly string[] = []) =>
      ids.map((id): Candidate => ({ aggregate: view.aggregate, id, customers, name: `${view.name}/${id}` }));
    for (const touch of view.touchedBy) {
      switch (touch.by) {
        case 'self':
          if (touch.aggregate !== traced.aggregate || presenceOf(traced.state) !== 'present') break;
          // The caller may learn of the aggregate, or would not have come so far.
          candidates.unshift(...named([traced.id], principal.customerId === null ? [] : [principal.customerId]));
          break;
        case 'rollup':
          candidates.push(...named(ownersOf(traced.state.groups.get(touch.rollup) ?? [])));
          break;
        case 'reference':
          if (touch.aggregate !== traced.aggregate || event === null || !touch.shows(event)) break;
          for (const { orderId, customers } of await referring(traces, generation, principal, traced, touch)) {
            candidates.push(...named(touch.document === 'order' ? [orderId] : customers, customers));
          }
      }
    }
  }
  const seen = candidates.filter((candidate) => mayLearnOf(principal, candidate, candidate));
  return [...new Set(seen.map(({ name }) => name))].slice(0, EVENT_DOCUMENTS_MAX);
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
