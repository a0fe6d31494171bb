import type { Aggregate, Effect } from '../contract.js';
import type { DomainEvent } from '../events/event.js';
import { asNumber, asText, effective, lastKnown } from './registers.js';
import { highestSequence, type Presence, presenceOf } from './state.js';

export interface CustomerFacts {
  readonly customerId: string;
  readonly presence: Presence;
  readonly sequence: number | null;
  /** The last known one when deleted; `null` when pending or erased. */
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly level: string | null;
  readonly city: string | null;
  /** Milliseconds since 1970. */
  readonly registeredAt: number | null;
}

function effect(event: DomainEvent): Effect {
  switch (event.type) {
    case 'customer.registered':
      return { lifecycle: 'found', writes: { ...event.data, registeredAt: event.time } };
    case 'customer.updated':
      return { writes: event.data };
    case 'customer.deleted':
      return { lifecycle: 'delete', writes: {} };
    case 'customer.erased':
      return { lifecycle: 'erase', writes: {} };
    default:
      throw new TypeError(`${event.type} is not an event of customers`);
  }
}

export const customers: Aggregate<'customers'> = {
  name: 'customers',
  effect,
  keptAfterDelete: ['name'],
  read(id, state): CustomerFacts {
    const presence = presenceOf(state);
    const sequence = highestSequence(state);
    if (state === undefined || presence !== 'present') {
      const name = state !== undefined && presence === 'deleted' ? asText(lastKnown(state, 'name')) : null;
      return {
        customerId: id,
        presence,
        sequence,
        name,
        email: null,
        phone: null,
        level: null,
        city: null,
        registeredAt: null,
      };
    }
    return {
      customerId: id,
      presence,
      sequence,
      name: asText(effective(state, 'name')),
      email: asText(effective(state, 'email')),
      phone: asText(effective(state, 'phone')),
      level: asText(effective(state, 'level')),
      city: asText(effective(state, 'city')),
      registeredAt: asNumber(effective(state, 'registeredAt')),
    };
  },
};
