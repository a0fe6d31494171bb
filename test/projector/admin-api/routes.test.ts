import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import type { AdminOperations } from '../../../projector/admin-api/operations.js';
import { adminRoutes } from '../../../projector/admin-api/routes.js';
import { adminTokenOf } from '../../../projector/composition/settings.js';
import { Refused } from '../../../projector/generations/refused.js';
import { audited } from '../../../projector/operations/audit.js';
import { DocumentsRefused } from '../../../projector/operations/refusals.js';
import { Unavailable } from '../../../projector/ports/errors.js';
import { createLog } from '../../../runtime/log.js';
import { MemoryAuditTrail } from '../../memory/audit.js';

const TOKEN = 'a token of sixteen or more';
const JSON_HEADERS = { 'content-type': 'application/json' };

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** Listens with operations of which each says by `called` that it was called. */
async function listen(token: string | null, operations: Partial<AdminOperations> = {}) {
  const trail = new MemoryAuditTrail();
  const called: unknown[] = [];
  const all = new Proxy(operations, {
    get: (own, name) =>
      Reflect.get(own, name) ??
      (name === 'audited'
        ? audited.bind(null, { trail, clock: { now: () => 0 } })
        : name === 'derivation'
          ? { businessTimeZone: 'UTC', reportingCurrency: 'CNY' }
          : async (...given: unknown[]) => {
              called.push([name, ...given]);
              return 2;
            }),
  }) as AdminOperations;
  const app = express();
  app.use('/admin/v1', adminRoutes(all, token, createLog('test', 'silent')));
  const listening = await new Promise<Server>((resolve) => {
    const opened = app.listen(0, '127.0.0.1', () => resolve(opened));
  });
  server = listening;
  const { port } = listening.address() as AddressInfo;
  const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = JSON_HEADERS) => {
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`http://127.0.0.1:${port}/admin/v1${path}`, init);
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
  };
  return { ask, called, trail, port };
}

describe('the admin API', () => {
  it.each([
    ['POST', '/rebuild/pause', '{}', ['pause'], { generation: 2 }],
    ['POST', '/rebuild/resume', '{}', ['resume'], { generation: 2 }],
    ['POST', '/rebuild/cancel', '{}', ['cancel'], { generation: 2 }],
    ['POST', '/rollback', '{}', ['rollBack'], { live: 2 }],
    ['POST', '/generations/3/switch', '{}', ['switch', 3, { acceptDifferences: false }], { live: 3 }],
    ['DELETE', '/generations/3', '{}', ['retire', 3], { removed: 3 }],
    ['POST', '/refused/retry', '{"all":true}', ['retryRefused', 'all'], 2],
    ['POST', '/refused/retry', '{"view":"orders","id":"o-1"}', ['retryRefused', { view: 'orders', id: 'o-1' }], 2],
    ['DELETE', '/snapshots/end-of-year', '{}', ['deleteSnapshot', 'end-of-year'], { removed: 2 }],
  ])('does %s %s, and records it', async (method, path, body, call, answer) => {
    const { ask, called, trail } = await listen(null);
    expect(await ask(method, path, body)).toMatchObject({ status: 200, body: answer });
    expect(called).toEqual([call]);
    expect(await trail.list(10)).toMatchObject([
      { via: 'api', who: expect.stringContaining('127.0.0.1'), result: 'done' },
    ]);
  });

  it.each(['{}', '{"all":false}', '{"view":"customers"}', '{"view":"invoices","id":"1"}', '{"all":true,"id":"1"}'])(
    'tries nothing again for %s',
    async (body) => {
      const { ask, called } = await listen(null);
      expect(await ask('POST', '/refused/retry', body)).toMatchObject({ status: 400 });
      expect(called).toEqual([]);
    },
  );

  it('lists and shows what a store refuses, and says when what it wrote was refused', async () => {
    const { ask, called } = await listen(null, {
      refresh: async () => {
        throw new DocumentsRefused('1 document(s) were refused');
      },
    });
    await ask('GET', '/refused?limit=3');
    await ask('GET', '/refused/customers/c%2F1');
    expect(called).toEqual([
      ['refused', 3],
      ['refusedDocument', 'customers', 'c/1'],
    ]);
    expect(await ask('POST', '/refresh', '{"order":"o-1"}')).toMatchObject({
      status: 422,
      body: { code: 'documents-refused', detail: '1 document(s) were refused' },
    });
  });

  it('takes a snapshot of the time that the body says', async () => {
    const { ask, called } = await listen(null);
    const body = JSON.stringify({ name: 'november', at: '2026-11-30T23:59:59+08:00' });
    expect(await ask('POST', '/snapshots', body)).toMatchObject({ status: 202, body: { generation: 2 } });
    expect(called).toEqual([
      [
        'takeSnapshot',
        {
          ...{ name: 'november', at: new Date('2026-11-30T15:59:59Z'), clock: 'log', acceptLoss: false },
          settings: { businessTimeZone: 'UTC', reportingCurrency: 'CNY' },
        },
      ],
    ]);
    expect(await ask('POST', '/snapshots', '{"name":"november","at":"yesterday"}')).toMatchObject({ status: 400 });
    const byClock = (clock: string) =>
      ask('POST', '/snapshots', JSON.stringify({ name: 'november', at: '2026-11-30T15:59:59Z', clock }));
    expect(await byClock('event')).toMatchObject({ status: 202 });
    expect(called.at(-1)).toMatchObject(['takeSnapshot', { clock: 'event' }]);
    expect(await byClock('wall')).toMatchObject({ status: 400 });
  });

  it('starts a rebuild from where the body says', async () => {
    const { ask, called } = await listen(null);
    const from = { offsets: { 'shop/orders/1': 5 } };
    expect(await ask('POST', '/rebuild', JSON.stringify({ from, fullSpeed: true }))).toMatchObject({ status: 202 });
    expect(called).toEqual([
      [
        'start',
        {
          from: { kind: 'offsets', positions: [{ topic: 'shop/orders', partition: 1, next: 5 }] },
          ...{ acceptLoss: false, fullSpeed: true },
          settings: { businessTimeZone: 'UTC', reportingCurrency: 'CNY' },
        },
      ],
    ]);
    expect(await ask('POST', '/rebuild', '{"dryRun":true}')).toMatchObject({ status: 200 });
    expect(called.at(-1)).toMatchObject(['plan', { from: { kind: 'beginning' } }]);
  });

  it.each([
    ['{"from":"yesterday"}', 400],
    ['{"from":{"time":"yesterday"}}', 400],
    ['{"from":{"offsets":{"orders":1}}}', 400],
    ['{"fullspeed":true}', 400],
    ['[]', 400],
    ['{', 400],
    [`{"from":"${'x'.repeat(20_000)}"}`, 413],
  ])('refuses the body %.30s', async (body, status) => {
    const { ask, called } = await listen(null);
    const answer = await ask('POST', '/rebuild', body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(called).toEqual([]);
  });

  it.each([
    ['/rebuild', '{"from":{"time":"5"}}', 'from.time', 'must be a time with its zone'],
    ['/rebuild', '{"from":{"time":"2026-02-30T00:00:00Z"}}', 'from.time', 'must be a time with its zone'],
    ['/rebuild', '{"from":{"offsets":{"orders":1}}}', 'from.offsets.orders', 'must be topic/partition'],
    ['/rebuild', '{"from":{"offsets":{"orders/0":-1}}}', 'from.offsets.orders/0', ''],
    ['/rebuild', '{"from":"yesterday"}', 'from', 'must be "beginning", "states"'],
    ['/rebuild', '{"from":{"time":"2026-01-01T00:00:00Z","offsets":{}}}', 'from', 'must be "beginning", "states"'],
    ['/rebuild?dryRun=true', '{}', 'dryRun', 'belong in the body'],
    ['/snapshots', '{"name":"x","at":"2026-11-30"}', 'at', 'must be a time with its zone'],
    ['/snapshots', '{"name":"..","at":"2026-11-30T00:00:00Z"}', 'name', 'must be 1 to 64'],
    ['/refresh', '{"since":"yesterday"}', 'since', 'must be a time with its zone'],
    ['/refresh', '{}', '', 'give one of order, customer, product and since'],
    ['/refresh', '{"order":"o-1","customer":"c-1"}', '', 'give one of order, customer, product and since'],
    ['/verify', '{"view":"invoices"}', 'view', 'orders'],
    ['/verify', '{"pace":-1}', 'pace', ''],
    ['/quarantine/redrive', '{}', '', 'give "all": true'],
    ['/quarantine/redrive', '{"cause":"nope"}', 'cause', 'not-json'],
    ['/quarantine/discard', '{"id":"orders/0/1"}', 'reason', ''],
    ['/generations/2/switch?acceptDifferences=true', '{}', 'acceptDifferences', 'belong in the body'],
  ])('says what is wrong with POST %s %s, and does nothing', async (path, body, where, sentence) => {
    const { ask, called, trail } = await listen(null);
    const answer = await ask('POST', path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-body' } });
    expect((answer.body as { errors: unknown }).errors).toContainEqual({
      path: where,
      message: expect.stringContaining(sentence),
    });
    expect([called, await trail.list(1)]).toEqual([[], []]);
  });

  it('takes a time as the command line does', async () => {
    const { ask, called } = await listen(null);
    await ask('POST', '/rebuild', '{"from":{"time":"2026-11-01T08:00:00.5+08:00"}}');
    expect(called[0]).toMatchObject(['start', { from: { kind: 'time', time: new Date('2026-11-01T00:00:00.500Z') } }]);
  });

  it('answers 409 to what cannot be done now, 503 to servers that are away, 500 without a word of why', async () => {
    const failures = [
      [new Refused('not now'), 409],
      [new Unavailable('MongoDB is away'), 503],
      [new Error('secret'), 500],
    ] as const;
    for (const [error, status] of failures) {
      const { ask, trail } = await listen(null, { rollBack: () => Promise.reject(error) });
      const answer = await ask('POST', '/rollback', '{}');
      expect(answer.status).toBe(status);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
      expect((await trail.list(1))[0]?.result).toBe(status === 409 ? 'refused' : 'failed');
      server?.close();
    }
  });

  it('knows no other paths, generations or limits', async () => {
    const { ask } = await listen(null);
    for (const path of ['/', '/secrets', '/explain/invoices/1']) {
      expect(await ask('GET', path)).toMatchObject({ status: 404, body: { code: 'unknown-path' } });
    }
    expect((await ask('DELETE', '/generations/..%2f1', '{}')).status).toBe(404);
    for (const limit of ['0', '1001', 'x']) expect((await ask('GET', `/audit?limit=${limit}`)).status).toBe(400);
    for (const query of ['/audit?limt=5', '/status?view=orders', '/quarantine?reason=x']) {
      expect(await ask('GET', query)).toMatchObject({ status: 400, body: { code: 'invalid-body' } });
    }
  });
});

describe('access to the admin API', () => {
  it('needs the token when there is one, for every call', async () => {
    const { ask, called } = await listen(TOKEN);
    for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`]) {
      for (const path of ['/status', '/nothing']) {
        const answer = await ask('GET', path, undefined, { authorization });
        expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      }
    }
    expect(called).toEqual([]);
  });

  it('is given with the token, whatever the name it is asked under', async () => {
    const token = 'sixteen-or-more-characters';
    const { port } = await listen(token);
    expect(await statusFor(port, { authorization: `Bearer ${token}`, host: 'projector.example' })).toBe(200);
  });

  it('is refused to web pages: other names than loopback ones, and bodies that are not JSON', async () => {
    const { port, ask, called } = await listen(null);
    expect(await statusFor(port, { host: 'attacker.example' })).toBe(421);
    expect(await statusFor(port, { host: 'localhost:8081' })).toBe(200);
    called.length = 0;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await ask('POST', '/rollback', '{}', { 'content-type': type })).status).toBe(415);
    }
    const answer = await ask('GET', '/status', undefined, { origin: 'https://attacker.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(called).toEqual([['status']]);
  });

  it('is not opened on a network without a token', () => {
    expect(adminTokenOf({ ADMIN_HOST: '127.0.0.1', ADMIN_TOKEN: undefined })).toBeNull();
    expect(adminTokenOf({ ADMIN_HOST: '0.0.0.0', ADMIN_TOKEN: TOKEN })).toBe(TOKEN);
    for (const ADMIN_HOST of ['0.0.0.0', '::', '10.0.0.7', 'projector.example']) {
      expect(() => adminTokenOf({ ADMIN_HOST, ADMIN_TOKEN: undefined })).toThrow('set ADMIN_TOKEN');
    }
  });
});

/** By node's own client: `fetch` sends no `Host` but its own. */
function statusFor(port: number, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/admin/v1/status', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}
