import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Credentials } from '../../../api/access/credentials.js';
import type { EventPorts } from '../../../api/events/deliveries.js';
import { describeApi } from '../../../api/openapi/document.js';
import { Unauthenticated } from '../../../api/ports/access.js';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import { EVERYBODY, type Principal } from '../../../api/ports/principal.js';
import { EMPTY_STATE } from '../../../mappings/aggregates/merge.js';
import type { AggregateState } from '../../../mappings/aggregates/state.js';
import { views } from '../../../mappings/registry.js';
import { customer, order, product } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';
import { ask, targetOf } from './asked.js';
import { Conformance } from './conformance.js';
import { type Described, described, operationsOf } from './described.js';
import { requestsTo } from './requests.js';

/** What is not under `/v1` takes no parameters. */
const REQUESTS = { question: 400, other: 50 };

const recentOrders = [
  { orderId: 'o-1001', status: 'paid', placedAt: '2026-11-01T10:00:00.000Z', currency: 'CNY', total: 1, itemCount: 1 },
].map((recent) => ({
  ...recent,
  lineCount: 1,
  lines: [{ productId: 'p-3', name: '手机', quantity: 1, unitPrice: 1 }],
}));
const reader = memoryReader({
  orders: [order('o-1001', { city: '上海' }), order('a/b%', { status: 'cancelled' }), order('王')],
  products: [product('p-3', { name: '苹果手机 Phone', tags: ['5G'] }), product('__proto__')],
  customers: [
    customer('c-7', { name: '王芳', orderCount: 1, recentOrders: recentOrders as never }),
    customer('c/2', { orderCount: 9, recentOrders: recentOrders as never }),
  ],
});
/** Every event id among the known was folded into an order of its own. */
const events: Partial<EventPorts> = {
  traces: {
    remembering: async (_, eventId) =>
      known.ids.includes(eventId) ? [{ aggregate: 'orders', id: 'o-1', state: remembering(eventId) }] : [],
    quarantined: async (eventId) => (eventId === 'a/b%' ? [SET_APART] : []),
    referring: async () => [],
    passed: async () => new Map(),
  },
};

function remembering(eventId: string): AggregateState {
  const version = { sequence: 1, time: 0, eventId };
  const place = { topic: 'orders', partition: 0, offset: 7 };
  return { ...EMPTY_STATE, remembered: [{ version, contentHash: '', ...place }] };
}

const SET_APART = {
  ...{ _id: 'orders/0/9', topic: 'orders', partition: 0, offset: 9, reason: 'data-invalid', event: null },
  mention: { aggregate: 'orders', customers: [], version: null },
} as const;

const known = { ids: ['o-1001', 'a/b%', '王', 'p-3', '__proto__', 'c-7', 'c/2'] };

async function expectConformance(server: TestServer, operation: Described, conformance: Conformance): Promise<void> {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(requestsTo(operation, known), async (request) => {
      const answer = await ask(server.url, request);
      statuses.add(answer.status);
      expect(conformance.problems(request, answer), `${request.method} ${targetOf(request)}`).toEqual([]);
    }),
    { numRuns: operation.path.startsWith('/v1/') ? REQUESTS.question : REQUESTS.other },
  );
  // Had nothing been answered, or nothing refused, the requests would prove nothing.
  if (operation.path !== '/v1/changes') expect([...statuses]).toContain(200);
  if (operation.path.startsWith('/v1/')) expect([...statuses]).toContain(400);
}

describe('the API, asked at random by its description', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader, events, limits: { RATE_LIMIT_POINTS: 1_000_000 } });
  });
  afterAll(() => server.close());

  it.each(operationsOf(described))('answers $path as described', async (operation) => {
    await expectConformance(server, operation, new Conformance(described));
  });
});

describe('the API that wants credentials, asked at random by its description', () => {
  const principals: Readonly<Record<string, Principal>> = {
    everything: { ...EVERYBODY, name: 'everything' },
    bound: { ...EVERYBODY, name: 'bound', scopes: new Set(['orders:read', 'customers:read']), customerId: 'c-7' },
    nothing: { ...EVERYBODY, name: 'nothing', scopes: new Set() },
  };
  const verify = async (key: string) => {
    const principal = principals[key];
    if (principal === undefined) throw new Unauthenticated('This key is not known.');
    return principal;
  };
  const authenticator = new Credentials({ token: null, key: verify });
  const document = describeApi(views, authenticator);
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader, entrance: { authenticator } });
  });
  afterAll(() => server.close());

  it.each(operationsOf(document))('answers $path as described', async (operation) => {
    const conformance = new Conformance(document);
    const statuses = new Set<number>();
    const keys = fc.constantFrom('everything', 'bound', 'nothing', 'unknown', null);
    await fc.assert(
      fc.asyncProperty(requestsTo(operation, known), keys, async (request, key) => {
        const asked = { ...request, headers: { ...request.headers, ...(key === null ? {} : { 'X-Api-Key': key }) } };
        const answer = await ask(server.url, asked);
        statuses.add(answer.status);
        expect(conformance.problems(asked, answer), `${key}: ${targetOf(request)}`).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect(statuses.has(401)).toBe(operation.operation.security.length > 0);
  });
});

describe('the API without one of its stores, asked at random by its description', () => {
  const unavailable = async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'down' }));
  const down = { search: unavailable, get: unavailable, ping: unavailable };
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: down, mongodb: reader });
  });
  afterAll(() => server.close());

  it.each(operationsOf(described).filter(({ path }) => path === '/v1/customers/{id}/orders'))(
    'answers $path as described, degraded or not at all',
    async (operation) => {
      const conformance = new Conformance(described, ['store-unavailable', 'degraded-unsupported', 'overloaded']);
      await expectConformance(server, operation, conformance);
    },
  );
});
