import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotReady, StoreUnavailable } from '../../api/ports/errors.js';
import { customer, order, product } from './documents.js';
import { type Answer, FRESH, memoryReader, serve, servedOf, type TestServer } from './server.js';

const orders = Array.from({ length: 5 }, (_, i) =>
  order(`o-${i}`, { placedAt: `2026-11-0${i + 1}T00:00:00.000Z`, city: 'x&y' }),
);
const recentOrders = [
  { orderId: 'o-4', status: 'paid', placedAt: null, currency: 'CNY', total: 1, itemCount: 1, lineCount: 0, lines: [] },
];
const reader = memoryReader({
  orders: [...orders, order('o-gone', { status: 'cancelled' }), order('a/b%')],
  products: [product('p-1'), product('__proto__')],
  customers: [customer('c-1', { recentOrders: recentOrders as never }), customer('c/2')],
});

const ids = (data: { orderId: string }[]) => data.map(({ orderId }) => orderId);

describe('the API', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader });
  });
  afterAll(() => server.close());

  it('answers a list with page, total and freshness', async () => {
    const { status, body, headers } = await server.get('/v1/orders?city=x%26y&size=2');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      data: [orders[4], orders[3]],
      page: { size: 2, number: 1, next: expect.any(String) },
      total: { value: 5, relation: 'eq' },
      freshness: FRESH,
    });
  });

  it('answers a single document', async () => {
    const { status, body } = await server.get('/v1/products/p-1');
    expect(status).toBe(200);
    expect(body).toEqual({ data: product('p-1'), freshness: FRESH });
  });

  it('finds documents with odd ids', async () => {
    expect((await server.get('/v1/orders/a%2Fb%25')).body.data.orderId).toBe('a/b%');
    expect((await server.get('/v1/products/__proto__')).body.data.productId).toBe('__proto__');
    expect((await server.get('/v1/customers/c%2F2')).body.data.customerId).toBe('c/2');
  });

  it.each([
    '/v1/orders/o-9',
    '/v1/orders/%00',
    '/v1/orders/a%2Cb',
    `/v1/orders/${'x'.repeat(129)}`,
    '/v1/customers/o-1',
    '/v1/customers/c-9/orders',
  ])('answers %s with 404', async (path) => {
    const { status, body, headers } = await server.get(path);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: 'urn:problem-type:not-found',
      title: expect.any(String),
      status: 404,
      detail: expect.any(String),
      instance: headers.get('x-request-id'),
      code: 'not-found',
    });
  });

  it('names every bad parameter at once', async () => {
    const { status, body } = await server.get('/v1/orders?status=x&foo[$ne]=1&size=0');
    expect(status).toBe(400);
    expect(body.code).toBe('invalid-parameters');
    expect(body.errors.map((error: { parameter: string }) => error.parameter).sort()).toEqual([
      'foo[$ne]',
      'size',
      'status',
    ]);
  });

  it('refuses parameters that a single document does not take, and takes fields', async () => {
    expect((await server.get('/v1/orders/o-1?q=x')).status).toBe(400);
    expect((await server.get('/v1/orders/o-1?fields=customer.name')).body.data).toEqual({
      orderId: 'o-1',
      customer: { name: 'Zhang San' },
    });
  });

  it('pages by cursor to the end', async () => {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await server.get(
        `/v1/orders?city=x%26y&size=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      found.push(...ids(body.data));
      expect(body.page.number).toBe(cursor === '' ? 1 : null);
      cursor = body.page.next;
    }
    expect(found).toEqual(['o-4', 'o-3', 'o-2', 'o-1', 'o-0']);
  });

  it('links pages by number', async () => {
    const { headers, body } = await server.get('/v1/orders?city=x%26y&size=2&page=2');
    expect(headers.get('link')).toBe(
      [
        '</v1/orders?city=x%26y&size=2&page=3>; rel="next"',
        '</v1/orders?city=x%26y&size=2&page=1>; rel="first"',
        '</v1/orders?city=x%26y&size=2&page=1>; rel="prev"',
      ].join(', '),
    );
    const byCursor = await server.get(`/v1/orders?city=x%26y&size=1&cursor=${body.page.next}`);
    expect(ids(byCursor.body.data)).toEqual(['o-0']);
    expect(byCursor.headers.get('link')).toBe('</v1/orders?city=x%26y&size=1>; rel="first"');
  });

  it('has no next link at the end', async () => {
    const { headers, body } = await server.get('/v1/orders?city=x%26y&page=2');
    expect(body).toMatchObject({ data: [], page: { size: 20, number: 2, next: null }, total: { value: 5 } });
    expect(headers.get('link')).not.toContain('"next"');
  });

  it('leaves recent orders out of lists unless they are named', async () => {
    const [first] = (await server.get('/v1/customers')).body.data;
    expect(first).not.toHaveProperty('recentOrders');
    const { body } = await server.get('/v1/customers?fields=recentOrders.orderId');
    expect(body.data[0]).toEqual({ customerId: 'c-1', recentOrders: [{ orderId: 'o-4' }] });
    expect((await server.get('/v1/customers/c-1')).body.data.recentOrders).toEqual(recentOrders);
  });

  it("lists a customer's orders", async () => {
    const { body, headers } = await server.get('/v1/customers/c-1/orders?size=1&includeCancelled=true');
    expect(body).toMatchObject({ total: { value: 7, relation: 'eq' } });
    expect(body).not.toHaveProperty('degraded');
    expect(headers.get('link')).toContain('</v1/customers/c-1/orders?size=1&includeCancelled=true&page=2>');
    expect((await server.get('/v1/customers/c%2F2/orders')).body.data).toEqual([]);
    expect((await server.get('/v1/customers/c-1/orders?customerId=c-2')).body.data).toEqual([]);
  });

  it('answers HEAD without a body and refuses to write', async () => {
    expect(await server.get('/v1/orders', { method: 'HEAD' })).toMatchObject({ status: 200, body: null });
    const { status, headers, body } = await server.get('/v1/orders', { method: 'POST', body: '{}' });
    expect([status, headers.get('allow'), body.code]).toEqual([405, 'GET, HEAD', 'method-not-allowed']);
  });

  it.each(['/v1', '/v1/nothing', '/V1/orders', '/v1/orders/o-1/lines', '/.env'])('has nothing at %s', async (path) => {
    expect(await server.get(path)).toMatchObject({ status: 404, body: { code: 'unknown-path' } });
  });

  it('refuses a path that is not UTF-8', async () => {
    expect(await server.get('/v1/orders/%FF')).toMatchObject({ status: 400, body: { code: 'malformed-url' } });
  });

  it('sends headers that keep answers what they are, and does not say what it is built with', async () => {
    const { headers } = await server.get('/v1/orders');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // Plain HTTP is no place from which to decide for all names below the host.
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('says where to look, what can be asked and that it is ready', async () => {
    expect((await server.get('/')).body.lists).toEqual(['/v1/orders', '/v1/products', '/v1/customers']);
    const { body } = await server.get('/v1/meta');
    expect(body.views.customers.sorts).toContain('lastOrderAt');
    expect(body.views.orders.parameters.map(({ name }: { name: string }) => name)).toContain('placedFrom');
    expect((await server.get('/health/live')).status).toBe(200);
    expect(await server.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });
});

describe('the API without its stores', () => {
  const down = {
    search: async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'down' })),
    get: async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'down' })),
    ping: async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'down' })),
  };

  it('answers 503 with Retry-After for the store that is down only', async () => {
    const server = await serve({ elasticsearch: down, mongodb: reader });
    for (const path of ['/v1/orders', '/v1/orders/o-1', '/v1/products']) {
      const { status, headers, body } = await server.get(path);
      expect([status, headers.get('retry-after'), body.code]).toEqual([503, '1', 'store-unavailable']);
    }
    expect((await server.get('/v1/customers')).status).toBe(200);
    // Every process is without it: a balancer that took them away would have none left.
    expect(await server.get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', degraded: ['elasticsearch'], checks: { elasticsearch: 'down', mongodb: 'up' } },
    });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('api_check_up{check="elasticsearch"} 0');
    expect(metrics).toContain('api_check_up{check="mongodb"} 1');
    expect((await server.get('/health/live')).status).toBe(200);
    await server.close();
  });

  it('is not ready when it can answer nothing: without any store, or without documents', async () => {
    const nothing = async () => Promise.reject(new NotReady('Nothing yet.'));
    for (const parts of [
      { elasticsearch: down, mongodb: down },
      { elasticsearch: reader, mongodb: reader, generations: { live: nothing } },
    ]) {
      const server = await serve(parts);
      expect(await server.get('/health/ready')).toMatchObject({ status: 503, body: { status: 'not ready' } });
      await server.close();
    }
    const server = await serve({ elasticsearch: reader, mongodb: down });
    expect(await server.get('/health/ready')).toMatchObject({ status: 200, body: { degraded: ['mongodb'] } });
    await server.close();
  });

  it('is not ready from the moment at which it is asked to stop', async () => {
    const server = await serve({ elasticsearch: reader, mongodb: reader, drainGraceMs: 5_000 });
    const agent = new Agent({ keepAlive: true });
    const ready = () =>
      new Promise<{ status: number; body: unknown; connection: string | undefined }>((resolve, reject) => {
        get(`${server.url}/health/ready`, { agent }, async (response) => {
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(await text(response)),
            connection: response.headers.connection,
          });
        }).on('error', reject);
      });
    expect(await ready()).toMatchObject({ status: 200, connection: 'keep-alive' });
    const closed = server.close();
    const stopping = { status: 503, body: { status: 'stopping', degraded: [], checks: {} }, connection: 'close' };
    expect(await ready()).toEqual(stopping);
    expect((await server.get('/v1/orders')).status).toBe(200);
    agent.destroy();
    await closed;
  });

  it('answers 503 while nothing is served', async () => {
    const generations = { live: async () => Promise.reject(new NotReady('Nothing yet.')) };
    const server = await serve({ elasticsearch: reader, mongodb: reader, generations });
    expect(await server.get('/v1/orders')).toMatchObject({
      status: 503,
      body: { code: 'not-ready', detail: 'Nothing yet.' },
    });
    await server.close();
  });

  it('answers 410 for a cursor of a generation that is no longer served', async () => {
    let generation = 1;
    const server = await serve({
      elasticsearch: reader,
      mongodb: reader,
      generations: { live: async () => servedOf(generation) },
    });
    const { body } = await server.get('/v1/orders?size=1');
    generation = 2;
    expect(await server.get(`/v1/orders?size=1&cursor=${body.page.next}`)).toMatchObject({
      status: 410,
      body: { code: 'cursor-expired' },
    });
    await server.close();
  });

  it('keeps the inside of a failure to itself', async () => {
    const broken = { ...down, search: async () => Promise.reject(new Error('secret inside')) };
    const server = await serve({ elasticsearch: broken, mongodb: reader });
    const { status, body } = await server.get('/v1/orders');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('secret');
    await server.close();
  });

  it("answers a customer's orders from the customer's document, marked as degraded", async () => {
    const newest = Array.from({ length: 20 }, (_, i) => ({
      orderId: `o-${i}`,
      status: i === 1 ? ('cancelled' as const) : ('paid' as const),
      placedAt: `2026-11-${String(21 - i).padStart(2, '0')}T00:00:00.000Z`,
      currency: 'CNY',
      total: i,
      itemCount: 1,
      lineCount: 1,
      lines: [{ productId: 'p-1', name: 'Thing', quantity: 2, unitPrice: 50 }],
    }));
    const mongodb = memoryReader({
      customers: [customer('c-1', { orderCount: 30, recentOrders: newest, name: '王' })],
    });
    const server = await serve({ elasticsearch: down, mongodb });
    const { status, body } = await server.get('/v1/customers/c-1/orders?size=2');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      degraded: true,
      page: { size: 2, number: 1, next: expect.any(String) },
      total: { relation: 'gte' },
    });
    expect(ids(body.data)).toEqual(['o-0', 'o-2']);
    expect(body.data[0]).toMatchObject({ city: null, customer: { name: '王' }, lines: [{ amount: 100, brand: null }] });
    expect((await server.get('/v1/customers/c-9/orders')).status).toBe(404);
    for (const query of [
      'size=20',
      'sort=total',
      'q=x',
      'city=x',
      'page=3&size=10',
      'size=2&total=exact',
      'updatedFrom=2026-01-01T00:00:00Z',
      'cityNot=x',
      'paymentMethod=card&size=2',
      'stats=total&size=2',
      'facets=status&multiSelect=true&size=2',
    ]) {
      expect(await server.get(`/v1/customers/c-1/orders?${query}`), query).toMatchObject({
        status: 503,
        body: { code: 'degraded-unsupported' },
      });
    }
    await server.close();
  });

  it('answers more of it when the document holds all orders', async () => {
    const recent = {
      orderId: 'o-1',
      status: 'paid',
      placedAt: '2026-11-01T00:00:00.000Z',
      currency: 'CNY',
      total: 7,
      itemCount: 1,
      lineCount: 0,
      lines: [],
    } as const;
    const mongodb = memoryReader({ customers: [customer('c-1', { orderCount: 1, recentOrders: [recent] })] });
    const server = await serve({ elasticsearch: down, mongodb });
    expect((await server.get('/v1/customers/c-1/orders?sort=total&totalMin=7&total=exact')).body).toMatchObject({
      data: [{ orderId: 'o-1' }],
      degraded: true,
      page: { next: null },
      total: { value: 1, relation: 'eq' },
    });
    const counted = 'orderId=o-1&statusNot=paid&facets=status&multiSelect=true&stats=total';
    expect((await server.get(`/v1/customers/c-1/orders?${counted}`)).body).toMatchObject({
      data: [],
      facets: { status: [{ value: 'paid', count: 1 }] },
      stats: { total: {} },
    });
    expect((await server.get('/v1/customers/c-1/orders?stats=total')).body).toMatchObject({
      data: [{ paymentMethod: null }],
      stats: { total: { CNY: { min: 7, max: 7 } } },
    });
    await server.close();
  });
});
