/** Arbitrary published events of a tiny shop: few aggregates, so that they meet; every type; any order. */
import fc from 'fast-check';
import type { PublishedEvent } from '../../recomputation-documents.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;

const customerId = fc.constantFrom('c-1', 'c-2', '客户.3$');
const productId = fc.constantFrom('p-1', 'p-2', '__proto__');
const orderId = fc.constantFrom('o-1', 'o-2', 'o-3', 'o-4');
const name = fc.constantFrom('苹果手机', 'iPhone 15', '王小明', 'Ann');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const currency = fc.constantFrom('CNY', 'USD');
const lines = fc.uniqueArray(
  fc.record({
    lineId: fc.constantFrom('1', '2', '3'),
    productId,
    quantity: fc.integer({ min: 1, max: 4 }),
    unitPrice: fc.integer({ min: 0, max: 900 }),
  }),
  { minLength: 1, selector: (line) => line.lineId },
);
const returned = fc.uniqueArray(
  fc.record({ lineId: fc.constantFrom('1', '2', '9'), quantity: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, selector: (line) => line.lineId },
);

type Shape = readonly [type: string, data: Record<string, fc.Arbitrary<unknown>>, required?: string[]];

const SHAPES: Record<PublishedEvent['topic'], readonly Shape[]> = {
  customers: [
    ['customer.registered', { name, email: optional(name), level: optional(name), city: optional(name) }, ['name']],
    ['customer.registered.v1', { firstName: name, lastName: name }],
    ['customer.updated', { name, phone: optional(name), level: optional(name) }, []],
    ['customer.deleted', {}],
    ['customer.erased', {}],
  ],
  products: [
    [
      'product.created',
      { name, category: name, price: fc.nat(), currency, tags: optional(fc.array(name)) },
      ['name', 'category', 'price', 'currency'],
    ],
    ['product.updated', { name, brand: optional(name) }, []],
    ['product.priced', { price: fc.nat() }],
    ['product.shelved', {}],
    ['product.unshelved', {}],
    ['product.deleted', {}],
  ],
  orders: [
    ['order.placed', { customerId, currency, lines, city: name }, ['customerId', 'currency', 'lines']],
    ['order.placed', { customerId, currency, lines }],
    ['order.amended', { lines }],
    ['order.transferred', { customerId }],
    ['order.inventory_locked', {}],
    ['order.inventory_rejected', { reason: name }],
    ['order.confirmed', {}],
    ['order.paid', { method: name }, []],
    ['order.paid', {}],
    ['order.shipped', { carrier: name, trackingNo: name }],
    ['order.delivered', {}],
    ['order.cancelled', { reason: name }],
    ['order.returned', { returnId: fc.constantFrom('r-1', 'r-2'), lines: returned }],
    ['order.deleted', {}],
  ],
};

const SUBJECTS = { customers: customerId, products: productId, orders: orderId };

function eventsOf(topic: PublishedEvent['topic'], length: { minLength: number; maxLength: number }) {
  const shapes = SHAPES[topic].map(([type, data, requiredKeys]) =>
    fc.record({
      type: fc.constant(type),
      data: fc.record(data, requiredKeys === undefined ? {} : { requiredKeys }),
      subject: SUBJECTS[topic],
      sequence: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 6 }),
      ago: fc.integer({ min: 0, max: 70 * DAY_MS }),
    }),
  );
  return fc.array(fc.oneof(...shapes), length).map((drawn) => drawn.map((event) => ({ topic, ...event })));
}

/** Each event once, in an arbitrary order over all topics. */
export const shopEvents: fc.Arbitrary<PublishedEvent[]> = fc
  .tuple(
    eventsOf('customers', { minLength: 1, maxLength: 8 }),
    eventsOf('products', { minLength: 1, maxLength: 8 }),
    eventsOf('orders', { minLength: 4, maxLength: 24 }),
  )
  .chain((topics) => {
    const all = topics.flat().map(({ topic, type, data, subject, sequence, ago }, i) => ({
      topic,
      event: {
        specversion: '1.0' as const,
        id: `e-${i}`,
        source: '/test',
        type,
        subject,
        time: new Date(NOW - ago).toISOString(),
        ...(sequence === undefined ? {} : { sequence: String(sequence) }),
        data,
      },
    }));
    return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  });

export const SHOP_NOW = NOW;
