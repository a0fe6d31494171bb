/** Arbitrary events for property tests: few ids, few times, so that ties and overwrites are common. */
import fc from 'fast-check';
import type { Delivery } from '../../../mappings/aggregates/merge.js';
import { decode } from '../../../mappings/events/decode.js';
import type { AggregateName } from '../../../mappings/events/event.js';

const text = fc.constantFrom('a', '苹果', '', 'Zoë', '__proto__');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const lines = fc.uniqueArray(
  fc.record({
    lineId: fc.constantFrom('1', '2', '3'),
    productId: fc.constantFrom('p-1', 'p-2', '__proto__'),
    quantity: fc.integer({ min: 1, max: 5 }),
    unitPrice: fc.integer({ min: 0, max: 1000 }),
  }),
  { minLength: 1, selector: ({ lineId }) => lineId },
);
const returned = fc.uniqueArray(
  fc.record({ lineId: fc.constantFrom('1', '2', '9'), quantity: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, selector: ({ lineId }) => lineId },
);

type Body = { readonly type: string; readonly data: object };
const body = (type: string, data: Record<string, fc.Arbitrary<unknown>>, requiredKeys?: string[]): fc.Arbitrary<Body> =>
  fc.record({
    type: fc.constant(type),
    data: fc.record(data, requiredKeys === undefined ? {} : { requiredKeys }) as fc.Arbitrary<object>,
  });

const BODIES: Record<AggregateName, fc.Arbitrary<Body>> = {
  customers: fc.oneof(
    body('customer.registered', { name: text, email: optional(text), level: optional(text) }, ['name']),
    body('customer.updated', { name: text, email: optional(text), city: optional(text) }, []),
    body('customer.deleted', {}),
    body('customer.erased', {}),
  ),
  products: fc.oneof(
    body(
      'product.created',
      { name: text, category: text, price: fc.nat(), currency: fc.constant('CNY'), onShelf: optional(fc.boolean()) },
      ['name', 'category', 'price', 'currency'],
    ),
    body('product.updated', { name: text, brand: optional(text), tags: optional(fc.array(text)) }, []),
    body('product.priced', { price: fc.nat() }),
    body('product.shelved', {}),
    body('product.unshelved', {}),
    body('product.deleted', {}),
  ),
  orders: fc.oneof(
    body(
      'order.placed',
      { customerId: fc.constantFrom('c-1', 'c-2'), currency: fc.constant('CNY'), lines, city: text },
      ['customerId', 'currency', 'lines'],
    ),
    body('order.amended', { lines }),
    body('order.transferred', { customerId: fc.constantFrom('c-1', 'c-3') }),
    body('order.paid', { method: text }, []),
    body('order.cancelled', { reason: text }),
    body('order.delivered', {}),
    body('order.returned', { returnId: fc.constantFrom('r-1', 'r-2', '__proto__'), lines: returned }),
    body('order.deleted', {}),
  ),
};

/** Deliveries of one aggregate, each event once, through the real decoder. */
export function deliveriesOf(aggregate: AggregateName, max = 12): fc.Arbitrary<Delivery[]> {
  const one = fc.record({
    body: BODIES[aggregate],
    sequence: fc.integer({ min: 0, max: 6 }),
    minute: fc.integer({ min: 0, max: 5 }),
  });
  return fc.array(one, { maxLength: max }).map((drawn) =>
    drawn.map(({ body: { type, data }, sequence, minute }, i): Delivery => {
      const event = {
        specversion: '1.0',
        id: `e-${i}`,
        source: '/test',
        type,
        subject: 'x',
        time: new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString(),
        ...(sequence === 0 ? {} : { sequence: String(sequence) }),
        data,
      };
      const decoded = decode(aggregate, {
        key: Buffer.from('x'),
        value: Buffer.from(JSON.stringify(event)),
        headers: {},
      });
      if (decoded.kind !== 'event')
        throw new Error(`The test made an event that does not decode: ${JSON.stringify(decoded)}`);
      return { event: decoded.event, topic: aggregate, partition: 0, offset: i };
    }),
  );
}
