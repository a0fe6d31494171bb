/** Anything that a caller may ask, sensible or not, with ids, words, values and cursors of others among its own. */
import fc from 'fast-check';
import { writeQueryString } from '../../../api/query/given.js';
import type { Caller } from './shop.js';

export interface Question {
  readonly caller: Caller;
  readonly path: string;
  readonly parameters: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** Whose `page.next` of the same list is sent as cursor. */
  readonly cursorOf: Caller | null;
}

const BOUND = ['own', 'own with personal data', 'own orders only', 'own with every scope'] as const;

const orderId = fc.oneof(
  fc.nat({ max: 80 }).map((i) => `o-${i}`),
  fc.nat({ max: 80 }).map((i) => `o-FOREIGN-${i}`),
);
const customerId = fc.constantFrom('c-1', 'c-1', 'c-2', 'c-3', 'c-9', 'C-1', '');
const productId = fc.nat({ max: 7 }).map((i) => `p-${i}`);
const city = fc.constantFrom('Wuhan', '上海', 'FOREIGN', 'Xi’an');
const level = fc.constantFrom('gold', 'FOREIGN', 'silver');
const currency = fc.constantFrom('CNY', 'USD', 'EUR');
const category = fc.constantFrom('phones', 'drinks', 'toys');
const status = fc.constantFrom('pending', 'paid', 'shipped', 'cancelled', 'rejected', 'none');
const flag = fc.constantFrom('true', 'false', 'true', 'x');
const amount = fc.integer({ min: -1, max: 500 }).map(String);
const time = fc.integer({ min: 1, max: 21 }).map((day) => `2026-11-${String(day).padStart(2, '0')}T10:00:00Z`);
const words = fc.constantFrom(
  'Zhang',
  'FOREIGN',
  'Zhang FOREIGN',
  '手机',
  '苹果',
  'appel',
  'gre',
  'o-3',
  'o-FOREIGN-4',
  'x',
);

/** Each is repeated or separated by commas. */
const many = (value: fc.Arbitrary<string>) =>
  fc.array(value, { minLength: 1, maxLength: 3 }).map((all) => all.join(','));
const directed = (...names: string[]) =>
  fc.tuple(fc.constantFrom('', '-'), fc.constantFrom(...names)).map(([sign, name]) => sign + name);

const parameters: Readonly<Record<string, fc.Arbitrary<string>>> = {
  orderId: many(orderId),
  customerId: many(customerId),
  statusNot: many(status),
  cityNot: many(city),
  levelNot: many(level),
  multiSelect: flag,
  stats: many(fc.constantFrom('total', 'price', 'revenue30d', 'totalSpent', 'orderCount', 'email')),
  productId: many(productId),
  category: many(category),
  brand: many(fc.constantFrom('b-0', 'b-1', 'b-9')),
  tag: many(fc.constantFrom('t-0', 't-1')),
  city: many(city),
  level: many(level),
  currency: many(currency),
  status: many(status),
  onShelf: flag,
  includeCancelled: flag,
  email: fc.constantFrom('own@example.org', 'FOREIGN@example.org'),
  totalMin: amount,
  totalMax: amount,
  priceMin: amount,
  orderCountMax: amount,
  totalSpentMin: amount,
  placedFrom: time,
  placedTo: time,
  lastOrderFrom: time,
  q: words,
  sort: many(directed('placedAt', 'total', 'status', 'relevance', 'name', 'orderCount', 'price', 'sales30d', 'email')),
  facets: many(fc.constantFrom('status', 'city', 'level', 'category', 'currency', 'brand', 'customerId', 'email')),
  fields: many(fc.constantFrom('customer', 'customer.name', 'lines.name', 'name', 'email', 'phone', 'recentOrders')),
  highlight: flag,
  total: fc.constantFrom('exact', 'exact', 'all'),
  size: fc.constantFrom('1', '2', '5', '100', '0'),
  page: fc.constantFrom('1', '2', '3', '9'),
  cursor: fc.constantFrom('', 'x'),
};

/** Those that the list takes, mostly, so that most questions are answered. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  orders: [
    ...[
      'orderId',
      'customerId',
      'productId',
      'statusNot',
      'cityNot',
      'levelNot',
      'multiSelect',
      'category',
      'city',
      'level',
      'currency',
      'status',
      'includeCancelled',
      'totalMin',
    ],
    ...['totalMax', 'placedFrom', 'placedTo', 'q', 'highlight', 'total', 'size', 'page'],
  ],
  products: [
    'multiSelect',
    'category',
    'brand',
    'tag',
    'currency',
    'onShelf',
    'priceMin',
    'q',
    'highlight',
    'total',
    'size',
    'page',
  ],
  customers: [
    'city',
    'level',
    'cityNot',
    'multiSelect',
    'orderCountMax',
    'totalSpentMin',
    'lastOrderFrom',
    'q',
    'total',
    'size',
    'page',
  ],
};
const SORTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  orders: many(directed('placedAt', 'total', 'status', 'updatedAt')),
  products: many(directed('name', 'price', 'sales30d')),
  customers: many(directed('name', 'orderCount', 'totalSpent', 'lastOrderAt')),
};
const STATS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  orders: fc.constant('total'),
  products: many(fc.constantFrom('price', 'sales30d', 'revenue30d')),
  customers: many(fc.constantFrom('orderCount', 'totalSpent')),
};
const FACETS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  orders: many(fc.constantFrom('status', 'city', 'level', 'category', 'currency')),
  products: many(fc.constantFrom('category', 'brand', 'tag')),
  customers: many(fc.constantFrom('level', 'city')),
};

function pairsOf(view: string): fc.Arbitrary<(readonly [string, string])[]> {
  const named = (name: string, value: fc.Arbitrary<string> | undefined) =>
    (value ?? fc.constant('')).map((text) => [name, text] as const);
  const usual = fc.constantFrom(...(LISTS[view] ?? [])).chain((name) => named(name, parameters[name]));
  const odd = fc.constantFrom(...Object.keys(parameters)).chain((name) => named(name, parameters[name]));
  const shaped = fc.oneof(named('sort', SORTS[view]), named('facets', FACETS[view]), named('stats', STATS[view]));
  return fc
    .uniqueArray(
      fc.oneof({ weight: 12, arbitrary: usual }, { weight: 6, arbitrary: shaped }, { weight: 1, arbitrary: odd }),
      {
        selector: ([name]) => name,
        maxLength: 5,
      },
    )
    .map((pairs) => [...pairs]);
}

const list = fc
  .constantFrom('orders', 'orders', 'customers', 'products')
  .chain((view) => fc.record({ path: fc.constant(`/v1/${view}`), parameters: pairsOf(view) }));
const ordersOf = fc.record({
  path: customerId.map((id) => `/v1/customers/${encodeURIComponent(id)}/orders`),
  parameters: pairsOf('orders'),
});
const single = fc.record({
  path: fc.oneof(
    orderId.map((id) => `/v1/orders/${id}`),
    customerId.map((id) => `/v1/customers/${encodeURIComponent(id)}`),
    productId.map((id) => `/v1/products/${id}`),
  ),
  parameters: fc.oneof(
    fc.constant([]),
    (parameters.fields ?? fc.constant('')).map((fields) => [['fields', fields] as const]),
  ),
});
const other = fc.oneof(
  fc.record({ path: fc.constant('/v1/suggest'), parameters: words.map((text) => [['q', text] as const]) }),
  fc.record({ path: fc.constant('/v1/meta'), parameters: fc.constant([]) }),
);

const awaited = fc
  .tuple(
    fc.oneof(
      orderId.map((id) => `orders/${id}`),
      customerId.map((id) => `customers/${id}`),
      productId.map((id) => `products/${id}`),
    ),
    fc.constantFrom('@1', '@3', '@4'),
  )
  .map(([aggregate, mark]) => `${aggregate}${mark}`);

/** The time-out is far more than a look at the states takes. */
const headers = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: awaited.map((one) => ({ 'Wait-For': `${one};timeout=150` })) },
  { weight: 1, arbitrary: fc.constant({ 'Max-Staleness': '1000' }) },
  { weight: 1, arbitrary: fc.constant({ 'If-None-Match': '*' }) },
);

export const question: fc.Arbitrary<Question> = fc
  .record({
    caller: fc.constantFrom(...BOUND),
    asked: fc.oneof(
      { weight: 8, arbitrary: list },
      { weight: 3, arbitrary: ordersOf },
      { weight: 4, arbitrary: single },
      { weight: 1, arbitrary: other },
    ),
    headers,
    cursorOf: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom('own' as const, 'foreign' as const, 'staff' as const) },
    ),
  })
  .map(({ asked, ...others }) => ({ ...asked, ...others }));

export function urlOf({ path, parameters: pairs }: Pick<Question, 'path' | 'parameters'>): string {
  return pairs.length === 0 ? path : `${path}?${writeQueryString(pairs)}`;
}
