/** The events of a tiny shop: few aggregates and few values, so that everything meets everything. */
import type { PublishedEvent, Topic } from '../recomputation-documents.js';
import type { Random } from './random.js';

/** Noon in the business time zone: far from midnight, where processes with different clocks may differ. */
export const START = Date.UTC(2026, 10, 21, 4);
const HALF_DAY_MS = 43_200_000;
const HALF_DAYS = 140;

const NAMES = ['A', 'B'];
const CURRENCIES = ['CNY', 'USD'];

interface Shop {
  readonly random: Random;
  readonly ids: Readonly<Record<Topic, readonly string[]>>;
}

type Data = Readonly<Record<string, unknown>>;
type Shape = readonly [type: string, data: (shop: Shop) => Data];

const named = ({ random }: Shop): Data => ({ name: random.pick(NAMES) });
const none = (): Data => ({});

function lines({ random, ids }: Shop) {
  const count = random.between(1, 2);
  return Array.from({ length: count }, (_, line) => ({
    lineId: String(line + 1),
    productId: random.pick(ids.products),
    quantity: random.between(1, 3),
    unitPrice: random.between(1, 9) * 100,
  }));
}

const FOUNDING: Record<Topic, Shape> = {
  customers: ['customer.registered', ({ random }) => ({ name: random.pick(NAMES), level: random.pick(NAMES) })],
  products: [
    'product.created',
    ({ random }) => ({ name: random.pick(NAMES), category: 'X', price: 100, currency: random.pick(CURRENCIES) }),
  ],
  orders: [
    'order.placed',
    (shop) => ({
      customerId: shop.random.pick(shop.ids.customers),
      currency: shop.random.pick(CURRENCIES),
      lines: lines(shop),
    }),
  ],
};

const CHANGES: Record<Topic, readonly Shape[]> = {
  customers: [
    ['customer.updated', named],
    ['customer.updated', named],
    ['customer.updated', ({ random }) => ({ level: random.pick([...NAMES, null]) })],
    ['customer.deleted', none],
    ['customer.erased', none],
    FOUNDING.customers,
  ],
  products: [
    ['product.updated', named],
    ['product.updated', named],
    ['product.updated', ({ random }) => ({ brand: random.pick([...NAMES, null]) })],
    ['product.priced', ({ random }) => ({ price: random.between(1, 9) })],
    ['product.shelved', none],
    ['product.unshelved', none],
    ['product.deleted', none],
    FOUNDING.products,
  ],
  orders: [
    FOUNDING.orders,
    ['order.amended', (shop) => ({ lines: lines(shop) })],
    ['order.transferred', ({ random, ids }) => ({ customerId: random.pick(ids.customers) })],
    ['order.transferred', ({ random, ids }) => ({ customerId: random.pick(ids.customers) })],
    ['order.paid', none],
    ['order.paid', () => ({ method: 'card' })],
    ['order.paid', () => ({ method: 'alipay' })],
    ['order.confirmed', none],
    ['order.delivered', none],
    ['order.cancelled', ({ random }) => ({ reason: random.pick(NAMES) })],
    ['order.returned', returned],
    ['order.returned', returned],
    ['order.deleted', none],
  ],
};

function returned({ random }: Shop): Data {
  return { returnId: random.pick(['r-1', 'r-2']), lines: [{ lineId: '1', quantity: random.between(1, 2) }] };
}

/** Each event once, in the order in which they happened: numbered by aggregate, or not at all, or here and there. */
export function drawHistory(random: Random): PublishedEvent[] {
  const ids = {
    customers: ['c-1', 'c-2', 'c-3'].slice(0, random.between(1, 3)),
    products: ['p-1', 'p-2'].slice(0, random.between(1, 2)),
    orders: ['o-1', 'o-2', 'o-3', 'o-4'].slice(0, random.between(1, 4)),
  };
  const shop = { random, ids };
  const drawn: { topic: Topic; subject: string; shape: Shape }[] = [];
  for (const topic of ['customers', 'products', 'orders'] as const) {
    for (const subject of ids[topic]) if (random.chance(0.9)) drawn.push({ topic, subject, shape: FOUNDING[topic] });
  }
  const changes = random.between(4, 14);
  for (let i = 0; i < changes; i += 1) {
    const topic = random.pick(['customers', 'products', 'orders', 'orders', 'orders'] as const);
    drawn.push({ topic, subject: random.pick(ids[topic]), shape: random.pick(CHANGES[topic]) });
  }
  // What many documents show changes last: nothing that comes later makes up for a document that was missed.
  const renames = random.pick([0, 1, 3, 6]);
  // The same one again and again, in half of them: its jobs follow upon each other.
  const renamed = random.chance(0.5) ? drawRenamed(shop) : null;
  for (let i = 0; i < renames; i += 1) {
    const { topic, subject } = renamed ?? drawRenamed(shop);
    drawn.push({ topic, subject, shape: [topic === 'customers' ? 'customer.updated' : 'product.updated', named] });
  }
  const numbered = random.between(0, 2);
  const isRecent = random.chance(0.5);
  const sequences = new Map<string, number>();
  let halfDaysAgo = isRecent ? 4 : HALF_DAYS;
  return drawn.map(({ topic, subject, shape: [type, data] }, i) => {
    halfDaysAgo = random.between(Math.floor(halfDaysAgo * 0.8), halfDaysAgo);
    const key = `${topic}/${subject}`;
    const sequence = (sequences.get(key) ?? 0) + 1;
    sequences.set(key, sequence);
    const isNumbered = numbered === 2 || (numbered === 1 && random.chance(0.5));
    return {
      topic,
      event: {
        specversion: '1.0',
        id: `e-${i}`,
        source: '/simulation',
        type,
        subject,
        time: new Date(START - halfDaysAgo * HALF_DAY_MS).toISOString(),
        ...(isNumbered ? { sequence: String(sequence) } : {}),
        data: data(shop),
      },
    };
  });
}

function drawRenamed({ random, ids }: Shop): { topic: Topic; subject: string } {
  const topic = random.pick(['customers', 'products'] as const);
  return { topic, subject: random.pick(ids[topic]) };
}
