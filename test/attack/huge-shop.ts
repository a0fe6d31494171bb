/** What the contract just allows: the longest names, the most lines, many returns. Of a month ago, so that no list shows it first. */
import { type SampleEvent, type Step, sampleEvent } from '../../sample/events.js';
import { Random } from '../../sample/random.js';

export const REPEATED_CHARACTER = 'x';
const LONGEST_TEXT = REPEATED_CHARACTER.repeat(8_000);
const LINES_MAX = 1_000;
const RETURNS = 45;
const HUGE_ORDERS = 3;
const DAY_MS = 24 * 60 * 60_000;

/** Where there is much of everything. */
export const MANY = { customerId: 'c-huge', productId: 'p-huge', orderId: 'o-huge-1' } as const;

/** A customer and a product with the longest names, and orders with most lines of that product. */
export function* hugeShop(now: number): Generator<SampleEvent> {
  const time = now - 31 * DAY_MS;
  const random = new Random('huge');
  const product = { name: LONGEST_TEXT, category: 'huge', price: 1, currency: 'CNY', description: LONGEST_TEXT };
  const customer = { type: 'customer.registered', data: { name: LONGEST_TEXT } };
  yield sampleEvent(random, 'customers', MANY.customerId, 1, time, customer);
  yield sampleEvent(random, 'products', MANY.productId, 1, time, { type: 'product.created', data: product });
  for (let i = 1; i <= HUGE_ORDERS; i += 1) {
    yield sampleEvent(random, 'orders', `o-huge-${i}`, 1, time, placed(MANY.productId));
  }
}

/** The same for the same number, whoever asks: what was published can be told from how many were. */
export function orderWithManyReturns(number: number): SampleEvent[] {
  const orderId = `o-returned-${number}`;
  const random = new Random(orderId);
  const time = Date.UTC(2026, 0, 1) + number * DAY_MS;
  const lines = Array.from({ length: LINES_MAX }, (_, i) => ({ lineId: `${i + 1}`, quantity: 1 }));
  const returned = (i: number): Step => ({ type: 'order.returned', data: { returnId: `r-${i}`, lines } });
  return [
    sampleEvent(random, 'orders', orderId, 1, time, placed('p-returned')),
    ...Array.from({ length: RETURNS }, (_, i) =>
      sampleEvent(random, 'orders', orderId, i + 2, time + i + 1, returned(i)),
    ),
  ];
}

function placed(productId: string): Step {
  const lines = Array.from({ length: LINES_MAX }, (_, i) => ({
    lineId: `${i + 1}`,
    productId,
    quantity: 50,
    unitPrice: 1,
  }));
  return { type: 'order.placed', data: { customerId: MANY.customerId, currency: 'CNY', lines } };
}
