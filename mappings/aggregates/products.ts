import type { Aggregate, Effect } from '../contract.js';
import type { DomainEvent } from '../events/event.js';
import { asFlag, asNumber, asText, asTexts, effective, lastKnown } from './registers.js';
import { highestSequence, type Presence, presenceOf } from './state.js';

export interface ProductFacts {
  readonly productId: string;
  readonly presence: Presence;
  readonly sequence: number | null;
  /** The last known one when deleted; `null` when pending. */
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly price: number | null;
  readonly currency: string | null;
  /** `null` unless the product is present. */
  readonly onShelf: boolean | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

function effect(event: DomainEvent): Effect {
  switch (event.type) {
    case 'product.created':
      return { lifecycle: 'found', writes: { ...event.data, createdAt: event.time } };
    case 'product.updated':
    case 'product.priced':
      return { writes: event.data };
    case 'product.shelved':
      return { writes: { onShelf: true } };
    case 'product.unshelved':
      return { writes: { onShelf: false } };
    case 'product.deleted':
      return { lifecycle: 'delete', writes: {} };
    default:
      throw new TypeError(`${event.type} is not an event of products`);
  }
}

export const products: Aggregate<'products'> = {
  name: 'products',
  effect,
  keptAfterDelete: ['name'],
  read(id, state): ProductFacts {
    const presence = presenceOf(state);
    const sequence = highestSequence(state);
    if (state === undefined || presence !== 'present') {
      const name = state !== undefined && presence === 'deleted' ? asText(lastKnown(state, 'name')) : null;
      return { ...ABSENT, productId: id, presence, sequence, name };
    }
    return {
      productId: id,
      presence,
      sequence,
      name: asText(effective(state, 'name')),
      category: asText(effective(state, 'category')),
      brand: asText(effective(state, 'brand')),
      description: asText(effective(state, 'description')),
      tags: asTexts(effective(state, 'tags')),
      price: asNumber(effective(state, 'price')),
      currency: asText(effective(state, 'currency')),
      onShelf: asFlag(effective(state, 'onShelf')) ?? false,
      createdAt: asNumber(effective(state, 'createdAt')),
      updatedAt: state.last?.time ?? null,
    };
  },
};

const ABSENT = {
  category: null,
  brand: null,
  description: null,
  tags: [],
  price: null,
  currency: null,
  onShelf: null,
  createdAt: null,
  updatedAt: null,
} as const;
