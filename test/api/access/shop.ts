/** Three customers' documents, alike and intertwined, and the same shop as it would be with one of them only. */

import type { Authenticator } from '../../../api/ports/access.js';
import { Unauthenticated } from '../../../api/ports/access.js';
import type { PositionSource } from '../../../api/ports/freshness.js';
import { EVERYBODY, type Principal, type Scope } from '../../../api/ports/principal.js';
import type { ProgressSource } from '../../../api/ports/waiting.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import type { CustomerDocument } from '../../../mappings/views/customers/fields.js';
import type { OrderDocument } from '../../../mappings/views/orders/fields.js';
import type { ProductDocument } from '../../../mappings/views/products/fields.js';
import { customer, order, orderLine, product } from '../documents.js';

export const OWN = 'c-1';
/** Part of every foreign text that no answer may hold. */
export const FOREIGN = 'FOREIGN';

export interface Shop {
  readonly orders: readonly OrderDocument[];
  readonly products: readonly ProductDocument[];
  readonly customers: readonly CustomerDocument[];
}

const STATUSES = ['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'rejected'] as const;
const CITIES = ['Wuhan', '上海', null, 'Xi’an'];
const PRODUCTS = ['苹果手机', 'Apple phone', 'Green tea', '绿茶', 'Phone case', 'Apple juice'];

function productAt(i: number): ProductDocument {
  const category = i % 2 === 0 ? 'phones' : 'drinks';
  const name = PRODUCTS[i % PRODUCTS.length] ?? null;
  return product(`p-${i}`, {
    name,
    category,
    brand: `b-${i % 3}`,
    price: 100 * i,
    sales30d: i % 4,
    tags: [`t-${i % 2}`],
  });
}

function orderAt(i: number): OrderDocument {
  const owner = ['c-1', 'c-2', 'c-3'][i % 3] ?? 'c-1';
  const own = owner === OWN;
  const day = String(1 + (i % 20)).padStart(2, '0');
  const products = [productAt(i % 6), productAt((i * 5 + 1) % 6)];
  const name = own ? 'Zhang San' : `Zhang ${FOREIGN} 手机`;
  return order(own ? `o-${i}` : `o-${FOREIGN}-${i}`, {
    status: STATUSES[(i * 7) % STATUSES.length] ?? 'paid',
    placedAt: `2026-11-${day}T10:00:00.000Z`,
    updatedAt: i % 5 === 0 ? null : `2026-11-${day}T11:00:00.000Z`,
    total: (i % 7) * 50,
    currency: i % 4 === 0 ? 'USD' : 'CNY',
    city: own ? (CITIES[i % CITIES.length] ?? null) : i % 2 === 0 ? 'Wuhan' : FOREIGN,
    customer: { customerId: owner, name, level: own || i % 2 === 0 ? 'gold' : FOREIGN, city: null, deleted: false },
    lines: products.map((line, at) =>
      orderLine({ lineId: `${at}`, productId: line.productId, name: line.name, category: line.category }),
    ),
  });
}

function customerAt(customerId: string, orders: readonly OrderDocument[]): CustomerDocument {
  const own = customerId === OWN;
  const theirs = orders
    .filter((one) => one.customer.customerId === customerId)
    .sort((a, b) => ((a.placedAt ?? '') < (b.placedAt ?? '') ? 1 : -1));
  return customer(customerId, {
    name: own ? 'Zhang San' : `Zhang ${FOREIGN} ${customerId}`,
    email: own ? 'own@example.org' : `${FOREIGN}@example.org`,
    phone: own ? '138' : FOREIGN,
    level: own ? 'gold' : customerId === 'c-2' ? 'gold' : FOREIGN,
    city: own ? 'Wuhan' : FOREIGN,
    orderCount: theirs.length,
    totalSpent: { CNY: theirs.length * 100 },
    lastOrderAt: theirs[0]?.placedAt ?? null,
    recentOrders: theirs.slice(0, 20).map(({ orderId, status, placedAt, currency, total, itemCount, lines }) => ({
      orderId,
      status,
      placedAt,
      currency,
      total,
      itemCount,
      lineCount: lines.length,
      lines: lines.map(({ productId, name, quantity, unitPrice }) => ({ productId, name, quantity, unitPrice })),
    })),
  });
}

export function wholeShop(): Shop {
  const orders = Array.from({ length: 72 }, (_, i) => orderAt(i));
  return {
    orders,
    products: Array.from({ length: 6 }, (_, i) => productAt(i)),
    customers: ['c-1', 'c-2', 'c-3'].map((customerId) => customerAt(customerId, orders)),
  };
}

/** Products, and what is sold of them, are nobody's in particular. */
export function onlyOwn({ orders, products, customers }: Shop): Shop {
  return {
    orders: orders.filter((one) => one.customer.customerId === OWN),
    products,
    customers: customers.filter(({ customerId }) => customerId === OWN),
  };
}

/** Every aggregate of the shop with its sequences 1 to 3, merged and visible. */
export function progressOf({ orders, products, customers }: Shop): ProgressSource & PositionSource {
  const owners: Record<AggregateName, ReadonlyMap<string, readonly string[]>> = {
    orders: new Map(orders.map((one) => [one.orderId, [one.customer.customerId]])),
    products: new Map(products.map(({ productId }) => [productId, []])),
    customers: new Map(customers.map(({ customerId }) => [customerId, []])),
  };
  const place = { partition: 'topic/0', offset: 5 };
  return {
    positions: async () => new Map([['topic/0', 10]]),
    progress: async (_generation, aggregate, ids) =>
      new Map(
        ids.flatMap((id) => {
          const refersTo = owners[aggregate].get(id);
          if (refersTo === undefined) return [];
          const remembered = [{ sequence: 3, eventId: `e-${id}`, place }];
          return [[id, { sequences: [[1, 3]], remembered, forgotten: [place], customers: refersTo }]];
        }),
      ),
  };
}

const may = (customerId: string | null, ...scopes: Scope[]): Principal => ({
  name: `${customerId} ${scopes}`,
  scopes: new Set(scopes),
  customerId,
  expiresAt: null,
});

const READ = ['orders:read', 'products:read', 'customers:read'] as const;

export const CALLERS = {
  own: may(OWN, ...READ),
  'own with personal data': may(OWN, ...READ, 'customers:pii'),
  'own orders only': may(OWN, 'orders:read'),
  'own with every scope': may(OWN, ...EVERYBODY.scopes),
  foreign: may('c-2', ...READ, 'customers:pii'),
  staff: may(null, ...READ),
  'staff with personal data': EVERYBODY,
} as const satisfies Record<string, Principal>;

export type Caller = keyof typeof CALLERS;

/** Whoever a request says it is from. */
export const believing: Authenticator = {
  challenges: [],
  authenticate: async ({ 'x-api-key': [name = ''] = [] }) => {
    if (name in CALLERS) return CALLERS[name as Caller];
    throw new Unauthenticated(`Nobody is called ${name}.`);
  },
};
