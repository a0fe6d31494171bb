/** Callers that want to see for longer, or more, than they may. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readApiKeys } from '../../api/access/api-keys.js';
import { KeySet } from '../../api/access/jwt/key-set.js';
import { tokenVerifier } from '../../api/access/jwt/tokens.js';
import { encodePlace, placeSeal } from '../../api/changes/place.js';
import { Unauthenticated } from '../../api/ports/access.js';
import { NotReady, StoreUnavailable } from '../../api/ports/errors.js';
import { EVERYBODY, type Principal, SCOPES } from '../../api/ports/principal.js';
import { CursorSecret } from '../../api/serving/cursor-secret.js';
import type { RecentOrder } from '../../mappings/views/customers/fields.js';
import { keySetOf, type SigningKey, seconds, sign, signingKey, TOKENS } from '../api/access/issuer.js';
import { SECRET } from '../api/asking.js';
import { memoryChanges } from '../api/changes/composed.js';
import { EventClient } from '../api/changes/event-client.js';
import { MemoryChangeLog } from '../api/changes/memory-log.js';
import { MemoryVersions } from '../api/changes/memory-versions.js';
import { customer, order } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';

const RECENT: RecentOrder = {
  orderId: 'o-1',
  status: 'paid',
  placedAt: '2026-11-01T10:00:00.000Z',
  currency: 'CNY',
  total: 100,
  itemCount: 1,
  lineCount: 0,
  lines: [],
};
const owner = { customerId: 'c-1', name: null, level: null, city: null, deleted: false };
const reader = memoryReader({
  orders: [order('o-1', { customer: owner })],
  customers: [customer('c-1', { recentOrders: [RECENT] })],
});

const servers: TestServer[] = [];
const clients: EventClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

class Shop {
  readonly log = new MemoryChangeLog();
  readonly versions = new MemoryVersions();
  #ticket = 1_000;

  /** Written and announced. */
  change(id: string, customerId: string): void {
    this.#ticket += 7;
    const document = order(id, { customer: { ...owner, customerId }, total: this.#ticket });
    this.versions.write('orders', id, this.#ticket, document);
    this.log.announce({ view: 'orders', id, ticket: this.#ticket, keys: { orderId: [id], customerId: [customerId] } });
  }

  /** An API that takes everybody for that caller. */
  async openTo(principal: Partial<Principal>, heartbeatMs = 100): Promise<TestServer> {
    const caller: Principal = { ...EVERYBODY, ...principal };
    const server = await serve({
      ...{ elasticsearch: reader, mongodb: reader },
      changes: memoryChanges({ ...this, settings: { CHANGES_HEARTBEAT_MS: heartbeatMs } }),
      entrance: { authenticator: { challenges: [], authenticate: async () => caller } },
    });
    servers.push(server);
    return server;
  }

  async follow(server: TestServer, lastEventId?: string): Promise<EventClient> {
    const client = await EventClient.open(`${server.url}/v1/changes?view=orders`, lastEventId);
    clients.push(client);
    return client;
  }
}

describe('a stream of changes', () => {
  it('ends when the credentials do by which it was opened, in order, so that its client goes on with others', async () => {
    const shop = new Shop();
    // Only the expiry can end it within this test.
    const server = await shop.openTo({ expiresAt: Date.now() + 1_500 }, 600_000);
    const client = await shop.follow(server);
    shop.change('o-1', 'c-1');
    await client.received(1);
    const { lastEventId } = client;
    await client.ended;
    shop.change('o-2', 'c-1');
    const again = await shop.follow(await shop.openTo({ expiresAt: Date.now() + 3_600_000 }, 600_000), lastEventId);
    expect((await again.received(1)).map(({ data }) => data.id)).toEqual(['o-2']);
  });

  it('that is opened by what has expired meanwhile tells nothing more', async () => {
    const shop = new Shop();
    const client = await shop.follow(await shop.openTo({ expiresAt: Date.now() - 1 }, 600_000));
    await client.ended;
    expect(client.events).toEqual([]);
  });

  it('tells a bound caller neither offsets nor tickets, nor whether others have done anything', async () => {
    const shop = new Shop();
    const client = await shop.follow(await shop.openTo({ customerId: 'c-1' }));
    const ids: string[] = [];
    const nextId = async () => {
      const before = client.lastEventId;
      await expect.poll(() => client.lastEventId).not.toBe(before);
      ids.push(client.lastEventId);
    };
    await nextId();
    await nextId();
    for (let i = 0; i < 1_000; i += 1) shop.change(`o-${i}`, 'c-2');
    await nextId();
    shop.change('o-own', 'c-1');
    const [own] = await client.received(1);
    expect(own?.data).toMatchObject({ id: 'o-own', version: null });
    ids.push(client.lastEventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map(({ length }) => length)).size).toBe(1);
    for (const id of ids) expect(Buffer.from(id, 'base64url').toString('latin1')).not.toMatch(/\d{4}|1\.1/);
  });

  it('goes on after no id that was made up or changed', async () => {
    const shop = new Shop();
    const server = await shop.openTo({});
    const { lastEventId } = await shop.follow(server);
    const other = lastEventId.startsWith('A') ? `B${lastEventId.slice(1)}` : `A${lastEventId.slice(1)}`;
    const plain = Buffer.from('["1.1.1.1",0,0]').toString('base64url');
    const foreign = encodePlace({ edition: '1.1.1.1', places: [0, 0] }, placeSeal(Buffer.from('another')));
    for (const id of [other, plain, foreign, `${lastEventId}A`, lastEventId.slice(1), 'A'.repeat(20_001)]) {
      const { status, body } = await server.get('/v1/changes', { headers: { 'Last-Event-ID': id } });
      expect([status, body.code], id.slice(0, 60)).toEqual([410, 'changes-expired']);
    }
    const { status, body } = await server.get('/v1/changes', { headers: { 'Last-Event-ID': '!' } });
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, 'Last-Event-ID']);
    const right = encodePlace({ edition: '1.1.1.1', places: [0, 0] }, placeSeal(SECRET));
    await shop.follow(server, right);
  });
});

describe('recent orders', () => {
  const without = { scopes: new Set(SCOPES.filter((scope) => scope !== 'orders:read')) };

  it('are shown by no way to callers without orders:read', async () => {
    const shop = new Shop();
    const server = await shop.openTo(without);
    for (const path of ['/v1/customers/c-1', '/v1/customers']) {
      const { body } = await server.get(path);
      expect(JSON.stringify(body.data), path).not.toContain('o-1');
      for (const fields of ['recentOrders', 'recentOrders.total']) {
        const { status, body: refused } = await server.get(`${path}?fields=${fields}`);
        expect([status, refused.errors?.[0]?.parameter], path).toEqual([400, 'fields']);
      }
    }
    expect((await server.get('/v1/customers/c-1')).body.data.recentOrders).toEqual([]);
    expect(JSON.stringify((await server.get('/v1/meta')).body.views.customers)).not.toContain('recentOrders');
    expect((await server.get('/v1/changes?view=customers&fields=recentOrders')).status).toBe(400);
    for (const path of ['/v1/customers/c-1/orders', '/v1/orders', '/v1/orders/o-1', '/v1/orders/o-1/history']) {
      expect((await server.get(path)).status, path).toBe(403);
    }
    const client = await EventClient.open(`${server.url}/v1/changes?view=customers`);
    clients.push(client);
    shop.versions.write('customers', 'c-1', 1, customer('c-1', { recentOrders: [RECENT] }));
    shop.log.announce({ view: 'customers', id: 'c-1', ticket: 1, keys: { customerId: ['c-1'] } });
    expect((await client.received(1))[0]?.data.document.recentOrders).toEqual([]);
  });

  it('are shown to those with it', async () => {
    const server = await new Shop().openTo({ scopes: new Set(['customers:read', 'orders:read']) });
    expect((await server.get('/v1/customers/c-1')).body.data.recentOrders).toEqual([RECENT]);
    expect((await server.get('/v1/customers?fields=recentOrders')).body.data[0].recentOrders).toEqual([RECENT]);
  });
});

describe('a token', () => {
  let key: SigningKey;
  let verify: ReturnType<typeof tokenVerifier>;
  beforeAll(async () => {
    key = await signingKey();
    const inputs = { load: async () => keySetOf(key), now: () => performance.now(), onFailure: () => {} };
    verify = tokenVerifier(TOKENS, new KeySet(inputs));
  });

  /** Signed by the right key under any header. */
  const headed = async (header: Record<string, unknown>) => {
    const [, body = ''] = (await sign(key)).split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    return new SignJWT(claims).setProtectedHeader({ alg: key.algorithm, ...header }).sign(key.privateKey);
  };
  const refused = (token: string) => expect(verify(token), token.slice(0, 80)).rejects.toThrow(Unauthenticated);

  it('is one for access', async () => {
    const { kid } = key;
    for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt']) {
      await expect(verify(await headed({ kid, ...(typ === undefined ? {} : { typ }) })), typ).resolves.toBeDefined();
    }
    for (const typ of ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'id+jwt', 'JOSE', '', 7, null, ['JWT'], 'x/at+jwt']) {
      await refused(await headed({ kid, typ }));
    }
  });

  it('names its key', async () => {
    for (const header of [{}, { kid: '' }, { kid: 7 }, { kid: null }, { kid: [key.kid] }])
      await refused(await headed(header));
  });

  it('says until when it counts, by the tolerance with which it is judged', async () => {
    const exp = seconds() + 60;
    expect((await verify(await sign(key, { exp }))).expiresAt).toBe((exp + 5) * 1_000);
  });

  it.each([
    ['a customer with half a character', { customer_id: 'c-\ud800' }],
    ['an endless customer', { customer_id: 'x'.repeat(129) }],
    ['a customer with a line break', { customer_id: 'c-1\n' }],
    ['an object for a customer', { customer_id: { toString: 'c-1' } }],
    ['a subject with half a character', { sub: 'u-\udc00' }],
    ['a subject with a line break', { sub: 'u-1\nadmin' }],
    ['a subject that is a list', { sub: ['u-1'] }],
  ])('with %s is refused', async (_, claims) => {
    await refused(await sign(key, claims));
  });

  it('is given no scopes by lists in lists, objects, or names of others', async () => {
    for (const scope of [
      [['admin']],
      { admin: true },
      [{ toString: 'admin' }],
      ['ADMIN', 'admin '],
      'admin,orders:read',
      '__proto__',
    ]) {
      expect((await verify(await sign(key, { scope }))).scopes).toEqual(new Set());
    }
  });
});

describe('an API key', () => {
  it('is for no customer with half a character', () => {
    const keys = [{ name: 'k', sha256: 'a'.repeat(64), scopes: ['orders:read'], customer: 'c-\ud800' }];
    const folder = mkdtempSync(join(tmpdir(), 'attack-access-'));
    const path = join(folder, 'keys.json');
    writeFileSync(path, JSON.stringify(keys));
    expect(() => readApiKeys(path)).toThrow(/must be the id of a customer/);
    writeFileSync(path, JSON.stringify(keys.map((one) => ({ ...one, customer: 'c-\u{1f600}' }))));
    expect(readApiKeys(path)).toMatchObject([{ customer: 'c-\u{1f600}' }]);
    rmSync(folder, { recursive: true });
  });
});

describe('the secret of cursors', () => {
  it('is read once, and stays known while its store is away', async () => {
    let reads = 0;
    const secret = new CursorSecret({
      read: async () => {
        reads += 1;
        if (reads > 1) throw new StoreUnavailable('mongodb');
        return 'random';
      },
    });
    const registry = secret.beside({ read: async () => null });
    await registry.read();
    const [one, other] = [await secret.get(), await secret.get()];
    expect(one).toBe(other);
    expect(reads).toBe(1);
  });

  it('is missing until the projector has made one, and until then nothing else stands in for it', async () => {
    const found: (string | null)[] = [null, 'random'];
    const secret = new CursorSecret({ read: async () => found.shift() ?? null });
    await expect(secret.get()).rejects.toThrow(NotReady);
    await expect(secret.get()).resolves.toBeInstanceOf(Buffer);
  });
});
