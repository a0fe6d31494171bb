/** Requests that nobody in their right mind would send to the admin API, and those that only pages and scrapers would. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminOperations } from '../../projector/admin-api/operations.js';
import { adminRoutes } from '../../projector/admin-api/routes.js';
import { AdminServer } from '../../projector/admin-api/server.js';
import { audited } from '../../projector/operations/audit.js';
import { createLog } from '../../runtime/log.js';
import { freePorts } from '../../stack/ports.js';
import { MemoryAuditTrail } from '../memory/audit.js';

const TOKEN = 'a-token-of-sixteen-or-more';
const log = createLog('test', 'silent');
const trail = new MemoryAuditTrail();

/** Which operations were called. */
const called: string[] = [];
const operations = new Proxy({} as AdminOperations, {
  get: (_, name) => {
    if (name === 'audited') return audited.bind(null, { trail, clock: { now: () => 0 } });
    if (name === 'derivation') return { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
    return async () => {
      called.push(String(name));
      return 2;
    };
  },
});

const servers: AdminServer[] = [];
let open = 0;
let closed = 0;

async function listen(token: string | null): Promise<number> {
  const [port = 0] = await freePorts(1);
  const registry = new Registry();
  const condition = { metrics: () => registry, starting: () => null, hindrance: () => null };
  const address = { host: '127.0.0.1', port, requestTimeoutMs: 10_000, answerTimeoutMs: 10_000, connectionsMax: 100 };
  const server = new AdminServer(address, condition, { token, log }, adminRoutes(operations, token, log));
  await server.run();
  servers.push(server);
  return port;
}

beforeAll(async () => {
  [open, closed] = [await listen(null), await listen(TOKEN)];
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function ask(port: number, { method, path, headers = {}, body }: Sent) {
  return new Promise<{ status: number; allow: string | undefined; body: string }>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const all = { ...headers, ...length };
    const sent = request({ host: '127.0.0.1', port, method, path, headers: all, agent: false }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, allow: answer.headers.allow, body: await text(answer) });
    });
    sent.on('error', reject).end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Every path with the methods that it has. */
const ROUTES: readonly (readonly [path: string, ...methods: string[]])[] = [
  ['/status', 'GET'],
  ['/lag', 'GET'],
  ['/jobs', 'GET'],
  ['/gaps', 'GET'],
  ['/rebuild', 'GET', 'POST'],
  ['/snapshots', 'GET', 'POST'],
  ['/doctor', 'GET'],
  ['/audit', 'GET'],
  ['/quarantine', 'GET'],
  ['/quarantine/t%2F0%2F1', 'GET'],
  ['/refused', 'GET'],
  ['/refused/orders/o-1', 'GET'],
  ['/explain/orders/o-1', 'GET'],
  ['/rebuild/pause', 'POST'],
  ['/rebuild/resume', 'POST'],
  ['/rebuild/cancel', 'POST'],
  ['/rollback', 'POST'],
  ['/generations/3/verify', 'POST'],
  ['/generations/3/switch', 'POST'],
  ['/generations/3', 'DELETE'],
  ['/snapshots/november', 'DELETE'],
  ['/verify', 'POST'],
  ['/refresh', 'POST'],
  ['/refused/retry', 'POST'],
  ['/quarantine/redrive', 'GET', 'POST'],
  ['/quarantine/discard', 'GET', 'POST'],
];
const POSTED = ROUTES.flatMap(([path, ...methods]) =>
  methods.filter((one) => one !== 'GET').map((one) => [one, path] as const),
);

describe('the admin API', () => {
  it.each(ROUTES)('%s says which methods it has', async (path, ...methods) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      if (methods.includes(method)) continue;
      const { status, allow = '' } = await ask(open, { method, path: `/admin/v1${path}` });
      expect(status, method).toBe(405);
      for (const one of methods) expect(allow.split(', '), method).toContain(one);
    }
  });

  const junk: readonly (readonly [what: string, headers: Record<string, string>, body: string | Buffer])[] = [
    ['an unknown charset', { 'content-type': 'application/json; charset=x' }, '{}'],
    ['a charset that is none for JSON', { 'content-type': 'application/json; charset=iso-8859-1' }, '{}'],
    ['an unknown encoding', { ...JSON_TYPE, 'content-encoding': 'x' }, '{}'],
    ['an encoding by a name of objects', { ...JSON_TYPE, 'content-encoding': '__proto__' }, '{}'],
    ['what is said to be gzip', { ...JSON_TYPE, 'content-encoding': 'gzip' }, '{}'],
    ['a part of gzip', { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync('{"all":true}').subarray(0, 15)],
    ['gzip that unfolds to too much', { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(' '.repeat(5_000_000))],
    ['what is no JSON', JSON_TYPE, '{"all":'],
    ['no object', JSON_TYPE, '"all"'],
    ['nothing but null', JSON_TYPE, 'null'],
    ['a list', JSON_TYPE, '[]'],
    ['bytes that are no UTF-8', JSON_TYPE, Buffer.from([0x7b, 0xff, 0x7d])],
    ['too much', JSON_TYPE, JSON.stringify({ padding: 'x'.repeat(20_000) })],
    ['unknown fields', JSON_TYPE, '{"none":1}'],
    ['the prototype of objects', JSON_TYPE, '{"__proto__":{"all":true,"dryRun":true}}'],
    ['the constructor of objects', JSON_TYPE, '{"constructor":{"prototype":{"all":true}}}'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'all=true'],
    ['no type', {}, '{}'],
  ];
  it.each(POSTED)('%s %s refuses %# what it cannot read, and does nothing', async (method, path) => {
    called.length = 0;
    for (const [what, headers, body] of junk) {
      const { status } = await ask(open, { method, path: `/admin/v1${path}`, headers, body });
      expect(status, what).toBeGreaterThanOrEqual(400);
      expect(status, what).toBeLessThan(500);
    }
    expect(called).toEqual([]);
  });

  it.each([
    ['POST', '/rebuild', '{"from":{"offsets":{"orders":1}}}'],
    ['POST', '/rebuild', '{"from":{"offsets":{"orders/0":-1}}}'],
    ['POST', '/rebuild', '{"from":{"offsets":{"orders/0":1e300}}}'],
    ['POST', '/rebuild', '{"from":{"offsets":{"__proto__":1}}}'],
    ['POST', '/rebuild', '{"from":{"offsets":{}}}'],
    ['POST', '/rebuild', '{"from":{"time":"yesterday"}}'],
    ['POST', '/rebuild', '{"from":"constructor"}'],
    ['POST', '/snapshots', '{"name":"../x","at":"2026-11-01T00:00:00Z"}'],
    ['POST', '/refresh', '{"order":"a,b"}'],
    ['POST', '/refresh', '{"order":"\\ud800"}'],
    ['POST', '/refresh', `{"order":"${'x'.repeat(129)}"}`],
    ['POST', '/refused/retry', '{"view":"__proto__","id":"o-1"}'],
    ['POST', '/quarantine/discard', `{"id":"t/0/1","reason":"${'x'.repeat(1_001)}"}`],
    ['POST', '/verify', '{"view":"toString"}'],
    ['POST', '/generations/__proto__/verify', '{}'],
    ['POST', '/generations/99999999999/verify', '{}'],
    ['DELETE', '/generations/1.5', '{}'],
    ['GET', '/refused/__proto__/o-1', undefined],
    ['GET', '/explain/constructor/o-1', undefined],
    ['GET', '/explain/orders/%00', undefined],
    ['GET', `/explain/orders/${'x'.repeat(129)}`, undefined],
    ['GET', '/explain/orders/%zz', undefined],
    ['GET', '/quarantine/%c0%af', undefined],
    ['GET', '/gaps?limit=%zz', undefined],
    ['GET', '/gaps?limit=1&limit=2', undefined],
    ['GET', '/audit?__proto__=1', undefined],
    ['GET', '/status?x=1', undefined],
    ['GET', '/nothing', undefined],
  ])('refuses %s %s %s, and does nothing', async (method, path, body) => {
    called.length = 0;
    const headers = body === undefined ? {} : JSON_TYPE;
    const { status } = await ask(open, {
      method,
      path: `/admin/v1${path}`,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(called).toEqual([]);
  });
});

describe('the metrics of the projector', () => {
  it('are answered under loopback names only, where there is no token', async () => {
    const statusFor = async (host: string, path = '/metrics') =>
      (await ask(open, { method: 'GET', path, headers: { host } })).status;
    expect(await statusFor('localhost')).toBe(200);
    expect(await statusFor('127.0.0.1:8081')).toBe(200);
    expect(await statusFor('evil.example')).toBe(421);
    expect(await statusFor('localhost', 'http://evil.example/metrics')).toBe(421);
    expect(await statusFor('api.shop.svc.cluster.local')).toBe(421);
    // Probes call health as they can.
    for (const host of ['evil.example', 'projector', '10.1.2.3:8081']) {
      for (const path of ['/health/live', '/health/ready']) expect([200, 503]).toContain(await statusFor(host, path));
    }
  });

  it('need the token where there is one; health does not', async () => {
    const statusFor = async (path: string, authorization?: string) =>
      (
        await ask(closed, {
          method: 'GET',
          path,
          headers: { host: 'p.example', ...(authorization && { authorization }) },
        })
      ).status;
    expect(await statusFor('/metrics')).toBe(401);
    expect(await statusFor('/metrics', 'Bearer another-token-of-sixteen')).toBe(401);
    expect(await statusFor('/metrics', `Bearer ${TOKEN}`)).toBe(200);
    for (const path of ['/health/live', '/health/ready']) expect(await statusFor(path)).toBe(200);
  });
});
