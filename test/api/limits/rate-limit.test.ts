import { afterEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import { EVERYBODY } from '../../../api/ports/principal.js';
import { until } from '../../until.js';
import { order } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

const reader = memoryReader({ orders: [order('o-1')] });
let server: TestServer;
afterEach(() => server.close());

/** Callers are told apart by a header. */
const authenticator = {
  challenges: [],
  authenticate: async (headers: { readonly [name: string]: readonly string[] | undefined }) => ({
    ...EVERYBODY,
    name: headers['x-caller']?.[0] ?? EVERYBODY.name,
  }),
};

async function limited(points: number, windowMs = 60_000): Promise<TestServer> {
  server = await serve({
    elasticsearch: reader,
    mongodb: reader,
    limits: { RATE_LIMIT_POINTS: points, RATE_LIMIT_WINDOW_MS: windowMs },
    entrance: { authenticator },
  });
  return server;
}

const as = (caller: string) => ({ headers: { 'x-caller': caller } });

describe('a caller with points', () => {
  it('is answered, and told how many are left', async () => {
    const { get } = await limited(10);
    const { status, headers } = await get('/v1/orders?facets=status');
    expect(status).toBe(200);
    expect(headers.get('ratelimit-policy')).toBe('"default";q=10;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"default";r=7;t=(59|60)$/);
    expect((await get('/v1/orders/o-1')).headers.get('ratelimit')).toMatch(/;r=6;/);
  });

  it('pays for refused and unknown requests, too', async () => {
    const { get } = await limited(10);
    expect((await get('/v1/orders?foo=1')).headers.get('ratelimit')).toMatch(/;r=8;/);
    expect((await get('/v1/nothing')).headers.get('ratelimit')).toMatch(/;r=7;/);
  });

  it('pays nothing for a store that is slow for everybody, or away', async () => {
    const slow = {
      search: async (...asked: Parameters<typeof reader.search>) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return reader.search(...asked);
      },
      get: async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        throw new StoreUnavailable('elasticsearch');
      },
      ping: async () => {},
    };
    const limits = { RATE_LIMIT_POINTS: 100, RATE_LIMIT_WINDOW_MS: 60_000 };
    server = await serve({ elasticsearch: slow, mongodb: reader, limits });
    const lists = await Promise.all(Array.from({ length: 8 }, () => server.get('/v1/orders')));
    expect(lists.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const gone = await Promise.all(Array.from({ length: 8 }, () => server.get('/v1/orders/o-1')));
    expect(gone.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 503));
    expect((await server.get('/v1/meta')).headers.get('ratelimit')).toMatch(/;r=75;/);
  });

  it('can make a request that costs more than all points', async () => {
    const { get } = await limited(5);
    expect((await get('/v1/orders?page=100&size=100')).status).toBe(200);
    expect((await get('/v1/orders/o-1')).status).toBe(429);
  });
});

describe('a caller without points', () => {
  it('gets 429 with the time at which it may ask again', async () => {
    const { get } = await limited(3);
    expect((await get('/v1/orders')).status).toBe(200);
    const { status, headers, body } = await get('/v1/orders');
    expect(status).toBe(429);
    expect(body).toMatchObject({ status: 429, code: 'rate-limited', instance: headers.get('x-request-id') });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(59);
    expect(headers.get('ratelimit')).toMatch(/;r=0;t=(59|60)$/);
  });

  it('does not use the points of others', async () => {
    const { get } = await limited(3);
    expect((await get('/v1/orders/o-1', as('a'))).status).toBe(200);
    expect((await get('/v1/orders?facets=status', as('a'))).status).toBe(429);
    expect((await get('/v1/orders/o-1', as('a'))).status).toBe(429);
    expect((await get('/v1/orders/o-1', as('b'))).status).toBe(200);
    expect((await get('/v1/orders/o-1')).status).toBe(200);
  });

  it('has them again when the window has ended', async () => {
    const { get } = await limited(1, 1_000);
    expect((await get('/v1/orders/o-1')).status).toBe(200);
    expect((await get('/v1/orders/o-1')).status).toBe(429);
    await until('points', async () => (await get('/v1/orders/o-1')).status === 200);
  });

  it('still sees health and metrics, which count what was refused', async () => {
    const { get, url } = await limited(1);
    await get('/v1/orders/o-1');
    expect((await get('/v1/orders/o-1')).status).toBe(429);
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('api_rate_limited_total 1');
    expect(text).toContain('api_request_seconds_count{route="/v1/orders/:id",status="429"} 1');
  });
});

it('without a limit no headers speak of one', async () => {
  const { get } = await limited(0);
  const { headers } = await get('/v1/orders');
  expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
});
