/** Every spelling of every path that the description of the API names: it is not there, or it costs what the path costs. */
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../api/access/credentials.js';
import { describeApi } from '../../api/openapi/document.js';
import { views } from '../../mappings/registry.js';
import { customer, order, product } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';
import { until } from '../until.js';

const POINTS = 1_000_000;
const QUERY = 'facets=status&total=exact&page=51&highlight=true&aggregate=orders/o-1';

const reader = memoryReader({ orders: [order('x')], products: [product('x')], customers: [customer('x')] });
let server: TestServer;
beforeAll(async () => {
  const limits = { RATE_LIMIT_POINTS: POINTS, RATE_LIMIT_WINDOW_MS: 3_600_000 };
  server = await serve({ elasticsearch: reader, mongodb: reader, limits });
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

/** Past `fetch`, which would write the target anew. */
function ask(target: string, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    http
      .request({ hostname, port, path: target, method }, (response) => {
        response.resume();
        response.once('close', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      })
      .once('error', reject)
      .end();
  });
}

let left = POINTS;
/** The answer, and the points that it took. `null`: it says nothing of points. */
async function priceOf(target: string, method?: string): Promise<Answer & { readonly points: number | null }> {
  const answer = await ask(target, method);
  const [, remaining] = /r=(\d+)/.exec(String(answer.headers.ratelimit ?? '')) ?? [];
  if (remaining === undefined) return { ...answer, points: null };
  const points = left - Number(remaining);
  left = Number(remaining);
  return { ...answer, points };
}

const paths = Object.keys(describeApi(views, openAccess).paths ?? {}).filter((path) => path.startsWith('/v1/'));
const examples = paths.map((path) => path.replace(/\{\w+\}/g, 'x')).filter((path) => path !== '/v1/changes');

const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  'with a slash at the end': (path) => `${path}/`,
  'with two slashes at the beginning': (path) => `/${path}`,
  'with two slashes in the middle': (path) => path.replace('/v1/', '/v1//'),
  'with two slashes at the end': (path) => `${path}//`,
  'in capitals': (path) => path.toUpperCase(),
  'with one capital': (path) => path.replace('/v1/', '/V1/'),
  'with a capital behind': (path) => path.replace(/\/v1\/(.)/, (_, letter: string) => `/v1/${letter.toUpperCase()}`),
  'with a letter encoded': (path) =>
    path.replace(/\/v1\/(.)/, (_, l: string) => `/v1/%${l.charCodeAt(0).toString(16)}`),
  'with a letter of v1 encoded': (path) => path.replace('/v1/', '/%761/'),
  'with a slash encoded': (path) => path.replace(/\/(?=[^/]*$)/, '%2F'),
  'with an encoded slash at the end': (path) => `${path}%2F`,
  'with a dot': (path) => path.replace('/v1/', '/v1/./'),
  'with two dots': (path) => path.replace('/v1/', '/v1/x/../'),
  'with an encoded question mark': (path) => `${path}%3F`,
  'with a semicolon': (path) => `${path};x=1`,
  'with a fragment': (path) => `${path}#`,
  'with a fragment that looks like a query': (path) => `${path}#?x=1`,
  'with a backslash': (path) => path.replace('/v1/', '/v1\\'),
  'with a name': (path) => `http://127.0.0.1${path}`,
  'with a name and another scheme': (path) => `HTTPS://LOCALHOST:1${path}`,
  'with a name and a user': (path) => `http://a@127.0.0.1${path}`,
  'with a name, and two slashes': (path) => `http://127.0.0.1/${path}`,
  'with an empty name': (path) => `http://${path}`,
  'with another scheme': (path) => `ftp://127.0.0.1${path}`,
};

describe('the price of a path', () => {
  it('is told for every path of the description, and is more than 1 for all that costs more', async () => {
    expect(examples.length).toBeGreaterThan(8);
    const prices = new Map<string, number | null>();
    for (const path of examples) prices.set(path, (await priceOf(`${path}?${QUERY}`)).points);
    const list = 2 + 1 + 2 + 1 + 1;
    expect(Object.fromEntries(prices)).toEqual({
      '/v1/orders': list,
      '/v1/orders/x': 1,
      '/v1/orders/x/history': 25,
      '/v1/products': list,
      '/v1/products/x': 1,
      '/v1/products/x/history': 25,
      '/v1/customers': list,
      '/v1/customers/x': 1,
      '/v1/customers/x/history': 25,
      '/v1/customers/x/orders': 1 + list,
      '/v1/suggest': 1,
      '/v1/events/x': 109,
      '/v1/meta': 1,
    });
  });

  it.each(Object.entries(SPELLINGS))('is the same %s, or there is nothing', async (_, spelt) => {
    for (const path of examples) {
      const price = (await priceOf(`${path}?${QUERY}`)).points;
      for (const method of ['GET', 'HEAD']) {
        const target = `${spelt(path)}?${QUERY}`;
        const { status, headers, points } = await priceOf(target, method);
        // An encoded slash is one of an id: it is a document of that id that is asked for, and there is none.
        if (/%2F/i.test(target)) expect([target, [400, 404].includes(status)]).toEqual([target, true]);
        // What is not there costs a point where it is under /v1, and nothing elsewhere.
        else if (status === 404) expect([target, [price, 1, null].includes(points)]).toEqual([target, true]);
        // So does what is no target at all; one that is has its price, whatever is wrong with its parameters.
        else if (status !== 400 || points !== null) expect([target, points]).toEqual([target, price]);
        expect([target, status === 200 && points === null]).toEqual([target, false]);
        if (status === 400 && points === null) expect(headers['content-type']).toContain('problem+json');
      }
    }
  });

  it('is paid by HEAD, too', async () => {
    for (const path of examples) {
      const { points } = await priceOf(path);
      expect([path, (await priceOf(path, 'HEAD')).points]).toEqual([path, points]);
    }
  });
});

it('the server as a whole can be asked about, which is no question that it answers', async () => {
  const { status, headers } = await ask('*', 'OPTIONS');
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  expect((await ask('/v1/orders', 'OPTIONS')).status).toBe(405);
  expect((await ask('*')).status).toBe(400);
});

describe('what costs nothing', () => {
  it.each(['/docs/', '/openapi.json/', '/health/live/', '/health/ready/', '/metrics/'])(
    '%s is answered with a slash at its end, as without',
    async (path) => {
      expect([(await ask(path)).status, (await priceOf(path.slice(0, -1))).points]).toEqual([200, null]);
    },
  );
});

describe('the absolute form of a target', () => {
  it('is answered, and its name counts, whatever Host says', async () => {
    expect((await ask('http://localhost/v1/orders?size=1')).status).toBe(200);
    expect((await ask('http://localhost?x=1')).status).toBe(200);
    expect((await ask('http://shop.example/v1/orders')).status).toBe(421);
  });

  it.each(['http://a@localhost/v1/orders', 'ftp://localhost/v1/orders', 'localhost/v1/orders', '*', '/v1/orders#x'])(
    '%s is refused',
    async (target) => {
      expect((await ask(target)).status).toBe(400);
    },
  );
});

describe('the work of an answer', () => {
  it('is charged after it, and who has overdrawn is refused until the window ends', async () => {
    const name = '中'.repeat(8_000);
    const orders = Array.from({ length: 100 }, (_, i) =>
      order(`o-${i}`, { customer: { customerId: 'c', name: `${name}${i}`, level: null, city: null, deleted: false } }),
    );
    const elasticsearch = memoryReader({ orders });
    const limits = { RATE_LIMIT_POINTS: 100, RATE_LIMIT_WINDOW_MS: 60_000 };
    const own = await serve({ elasticsearch, mongodb: elasticsearch, limits });
    try {
      const dear = await own.get(`/v1/orders?q=${encodeURIComponent('中'.repeat(64))}&highlight=true&size=100`);
      expect(dear.status).toBe(200);
      expect(dear.headers.get('ratelimit')).toMatch(/^"default";r=97;/);
      await until('a charge', async () => (await own.get('/v1/meta')).status === 429);
      const { headers } = await own.get('/v1/meta');
      expect(headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(1);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    } finally {
      await own.close();
    }
  });
});
