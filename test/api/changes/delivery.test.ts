import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../api/changes/choice.js';
import { Delivery } from '../../../api/changes/delivery.js';
import { shapeOf } from '../../../api/changes/shape.js';
import { Subscription } from '../../../api/changes/subscription.js';
import { EVERYBODY } from '../../../api/ports/principal.js';
import { views } from '../../../mappings/registry.js';

const OUTLET = { isOpen: true, send: () => {}, drained: async () => {}, reset: () => {}, end: () => {} };

function announced(ticket: number, ...customers: string[]) {
  const keys = { customerId: customers, productId: [] };
  return { view: 'orders' as const, id: 'o-1', ticket, keys, partition: 0, offset: ticket };
}

describe('an order that is gone when an old announcement of it is read', () => {
  const choice: Choice = {
    views: new Set(['orders']),
    keys: new Map([['customerId', new Set(['c-2'])]]),
    principal: EVERYBODY,
  };
  const subscription = new Subscription(choice, shapeOf(EVERYBODY, null), OUTLET, [], [0]);
  const delivery = new Delivery(views.orders);
  delivery.join(subscription);
  const gone = new Map([['o-1', { version: 18, document: null }]]);
  const sentFor = (change: ReturnType<typeof announced>) =>
    (delivery.deliver([change], gone).get(subscription) ?? []).map(({ event }) => event);

  it('is told to whom it was handed over meanwhile, as soon as that is announced, and once', () => {
    expect(sentFor(announced(3, 'c-1'))).toEqual([]);
    expect(sentFor(announced(9, 'c-1', 'c-2'))).toEqual(['removed']);
    expect(sentFor(announced(18, 'c-1', 'c-2'))).toEqual([]);
  });
});
