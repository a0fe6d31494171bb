/** What is true of every request and every answer, whoever asks for what. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { order } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

const reader = memoryReader({ orders: [order('o-1')] });
const PAGE = 'https://shop.example';

describe('the entrance', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader, entrance: { corsOrigins: [PAGE] } });
  });
  afterAll(() => server.close());

  /** What comes back for these bytes, until the server ends the connection. */
  function raw(bytes: string): Promise<string> {
    const { hostname, port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }

  it('lets answers be data only', async () => {
    for (const path of ['/v1/orders', '/v1/orders/none', '/', '/nothing']) {
      const { headers } = await server.get(path);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none';.*frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('cache-control')).toBe(path.startsWith('/v1') ? 'private, no-cache' : 'no-store');
    }
  });

  it("carries a caller's own request id on, and makes one of its own for anything odd", async () => {
    const idFor = async (id: string) =>
      (await server.get('/v1/orders/none', { headers: { 'X-Request-Id': id } })).body.instance;
    expect(await idFor('order-page_7.a')).toBe('order-page_7.a');
    for (const odd of ['', 'x'.repeat(65), 'a b', '<script>', '{"a":1}', 'a,b'])
      expect(await idFor(odd)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets pages of the listed origins read answers, problems and what their headers say', async () => {
    for (const path of ['/v1/orders', '/v1/orders?size=0']) {
      const { headers } = await server.get(path, { headers: { Origin: PAGE } });
      expect(headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toMatch(/Origin/);
      for (const name of ['Link', 'ETag', 'Retry-After', 'X-Request-Id', 'RateLimit']) {
        expect(headers.get('access-control-expose-headers')?.split(',')).toContain(name);
      }
    }
    for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'http://shop.example', 'null']) {
      const { headers } = await server.get('/v1/orders', { headers: { Origin: origin } });
      expect(headers.get('access-control-allow-origin'), origin).toBeNull();
    }
  });

  it('answers what a browser asks before it asks', async () => {
    const preflight = (origin: string) =>
      server.get('/v1/orders', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': 'authorization',
        },
      });
    const { status, headers } = await preflight(PAGE);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD');
    expect(headers.get('access-control-allow-headers')).toMatch(/Authorization.*Wait-For/);
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers under loopback names only, so that no page in a browser here can make itself its origin', async () => {
    const { port } = new URL(server.url);
    const asked = (Host: string) =>
      new Promise((resolve, reject) => {
        const sent = request(`${server.url}/v1/orders`, { headers: { Host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject).end();
      });
    for (const host of ['localhost', `LOCALHOST:${port}`, `127.0.0.1:${port}`, '[::1]:80', '127.1.2.3']) {
      expect(await asked(host), host).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1.nip.io',
      'localhost.evil.example',
      '[::2]',
    ]) {
      expect(await asked(host), host).toBe(421);
    }
  });

  it('takes no bodies, and does not wait for one', async () => {
    const head = 'GET /v1/orders HTTP/1.1\r\nHost: localhost\r\n';
    for (const announced of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
      const answer = await raw(`${head}${announced}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 413 /);
      expect(answer).toContain('"code":"body-not-allowed"');
    }
    expect(await raw(`${head}Content-Length: 0\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw('POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n')).toMatch(
      /^HTTP\/1.1 405 /,
    );
  });

  it('answers what is too large or no HTTP with a problem, and ends the connection', async () => {
    const long = 'x'.repeat(140_000);
    const line = (url: string, header: string) => `GET ${url} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`;
    for (const bytes of [line(`/v1/orders?q=${long}`, 'A: b'), line('/v1/orders', `Authorization: Bearer ${long}`)]) {
      const answer = await raw(bytes);
      expect(answer).toMatch(/^HTTP\/1.1 431 /);
      expect(answer).toContain('"code":"headers-too-large"');
    }
    const answer = await raw('what is this\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"malformed-request"/);
  });
});

describe('without CORS_ORIGINS', () => {
  it('no page may read answers, and OPTIONS is refused', async () => {
    const server = await serve({ elasticsearch: reader, mongodb: reader });
    const { headers } = await server.get('/v1/orders', { headers: { Origin: PAGE } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await server.get('/v1/orders', { method: 'OPTIONS', headers: { Origin: PAGE } })).status).toBe(405);
    await server.close();
  });
});
