/** Who is answered, over HTTP: keys and tokens as they are configured. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeAccess } from '../../../api/composition/access.js';
import { type AccessMode, accessOf, apiSettings } from '../../../api/composition/settings.js';
import { readSettings, SettingsError } from '../../../runtime/settings.js';
import { customer, order, product } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';
import { AUDIENCE, ISSUER, keySetOf, type SigningKey, seconds, sign, signingKey } from './issuer.js';

const folder = mkdtempSync(join(tmpdir(), 'api-access-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const modeOf = (env: NodeJS.ProcessEnv): AccessMode => accessOf(readSettings(apiSettings, env));
const log = pino({ level: 'silent' });
const keys = [
  { name: 'shop', key: 'the-key-of-the-shop', scopes: ['orders:read', 'products:read'] },
  { name: 'seven', key: 'the-key-of-c-7', scopes: ['customers:read', 'orders:read'], customer: 'c-7' },
].map(({ key, ...others }) => ({ ...others, sha256: createHash('sha256').update(key).digest('hex') }));

const foreign = { customerId: 'c-8', name: null, level: null, city: null, deleted: false };
const own = { ...foreign, customerId: 'c-7' };
const reader = memoryReader({
  orders: [order('o-7', { customer: own }), order('o-8', { customer: foreign })],
  products: [product('p-1')],
  customers: [customer('c-7', { email: 'seven@example.org' }), customer('c-8')],
});

describe('the API with tokens and API keys', () => {
  let server: TestServer;
  let key: SigningKey;
  beforeAll(async () => {
    key = await signingKey();
    const mode = modeOf({
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_JWKS_FILE: file('jwks.json', keySetOf(key)),
      API_KEYS_FILE: file('keys.json', keys),
    });
    const entrance = { authenticator: composeAccess(mode, log), hosts: null };
    server = await serve({ elasticsearch: reader, mongodb: reader, entrance });
  });
  afterAll(() => server.close());

  const withKey = (name: string) => ({ headers: { 'X-Api-Key': name } });
  const withToken = async (claims: Readonly<Record<string, unknown>>) => ({
    headers: { Authorization: `Bearer ${await sign(key, claims)}` },
  });
  const statusOf = async (path: string, init: RequestInit) => (await server.get(path, init)).status;

  it('answers nobody without credentials, but says that it lives and where to look', async () => {
    for (const path of [
      '/v1/orders',
      '/v1/orders/o-7',
      '/v1/meta',
      '/v1/suggest?q=x',
      '/v1/nothing',
      '/v1',
      '/metrics',
    ]) {
      const { status, body, headers } = await server.get(path);
      expect([status, body.code], path).toEqual([401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="read-model-api", ApiKey realm="read-model-api"');
    }
    for (const path of ['/', '/health/live', '/health/ready']) expect(await statusOf(path, {}), path).toBe(200);
  });

  it('says that a token is at fault when one is', async () => {
    const { status, headers, body } = await server.get('/v1/orders', await withToken({ exp: seconds() - 60 }));
    expect([status, body.detail]).toEqual([401, 'The token has expired.']);
    expect(headers.get('www-authenticate')).toContain('Bearer realm="read-model-api", error="invalid_token"');
  });

  it('takes no credentials from the URL or a cookie', async () => {
    const { headers } = await withToken({});
    const token = headers.Authorization.slice('Bearer '.length);
    for (const query of [`access_token=${token}`, 'api_key=the-key-of-the-shop', 'X-Api-Key=the-key-of-the-shop']) {
      expect(await statusOf(`/v1/orders?${query}`, {})).toBe(401);
    }
    expect(await statusOf('/v1/orders', { headers: { Cookie: `Authorization=Bearer ${token}` } })).toBe(401);
  });

  it('refuses two credentials at once', async () => {
    const { headers } = await withToken({});
    const both = { headers: { ...headers, 'X-Api-Key': 'the-key-of-the-shop' } };
    expect(await server.get('/v1/orders', both)).toMatchObject({
      status: 400,
      body: { code: 'ambiguous-credentials' },
    });
    const twice = ['the-key-of-the-shop', 'the-key-of-the-shop'];
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${server.url}/v1/orders`, { headers: { 'X-Api-Key': twice } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(status).toBe(400);
  });

  it('names the scope that is missing', async () => {
    const { status, body } = await server.get('/v1/customers', withKey('the-key-of-the-shop'));
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toContain('customers:read');
    for (const [path, scope] of [
      ['/v1/orders', 'orders:read'],
      ['/v1/orders/o-7', 'orders:read'],
      ['/v1/products', 'products:read'],
      ['/v1/suggest?q=t', 'products:read'],
      ['/v1/customers/c-7', 'customers:read'],
      ['/v1/customers/c-7/orders', 'orders:read'],
    ] as const) {
      const others = ['orders:read', 'products:read', 'customers:read', 'customers:pii', 'admin'].filter(
        (s) => s !== scope,
      );
      expect(await statusOf(path, await withToken({ scope: others })), path).toBe(403);
      expect(await statusOf(path, await withToken({ scope: [scope] })), path).toBe(200);
    }
  });

  it('shows its metrics to administrators only', async () => {
    const { headers } = await withToken({ scope: 'admin' });
    expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(200);
    expect(await statusOf('/metrics', withKey('the-key-of-the-shop'))).toBe(403);
  });

  it('says the same of a foreign id as of an unknown one, whatever else is asked', async () => {
    const { headers } = await withToken({ customer_id: 'c-7' });
    for (const [there, nowhere] of [
      ['/v1/orders/o-8', '/v1/orders/o-9'],
      ['/v1/orders/o-8?fields=total', '/v1/orders/o-9?fields=total'],
      ['/v1/customers/c-8', '/v1/customers/c-9'],
      ['/v1/customers/c-8/orders?size=1', '/v1/customers/c-9/orders?size=1'],
    ] as const) {
      const init = { headers: { ...headers, 'X-Request-Id': 'r-1', 'If-None-Match': '*' } };
      const [foreignAnswer, unknownAnswer] = [await server.get(there, init), await server.get(nowhere, init)];
      expect(foreignAnswer.status).toBe(404);
      expect(foreignAnswer.body).toEqual(unknownAnswer.body);
    }
    expect(await statusOf('/v1/orders/o-7', { headers })).toBe(200);
  });

  it('binds an API key to its customer', async () => {
    expect((await server.get('/v1/customers', withKey('the-key-of-c-7'))).body.data).toMatchObject([
      { customerId: 'c-7', email: null },
    ]);
    expect((await server.get('/v1/orders', withKey('the-key-of-c-7'))).body.data).toMatchObject([{ orderId: 'o-7' }]);
    expect((await server.get('/v1/orders', withKey('the-key-of-the-shop'))).body.total.value).toBe(2);
  });

  it('tells what can be asked by those who may ask it', async () => {
    const { views } = (await server.get('/v1/meta', withKey('the-key-of-the-shop'))).body;
    expect(Object.keys(views)).toEqual(['orders', 'products']);
  });

  it('lets no cache give one caller the answer to another', async () => {
    for (const path of ['/v1/orders', '/v1/orders/o-7', '/v1/orders/o-9', '/v1/customers']) {
      for (const init of [withKey('the-key-of-the-shop'), {}]) {
        const { headers } = await server.get(path, init);
        expect(headers.get('cache-control')).toBe('private, no-cache');
        expect(headers.get('vary')).toMatch(/Authorization, X-Api-Key/);
      }
    }
  });
});

describe('the API whose identity provider is away', () => {
  it('asks callers with tokens to come again, and answers those with keys', async () => {
    const mode = modeOf({
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_JWKS_URL: 'http://127.0.0.1:1/keys',
      API_KEYS_FILE: file('keys.json', keys),
    });
    const lines: string[] = [];
    const told = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const entrance = { authenticator: composeAccess(mode, told), hosts: null };
    const server = await serve({ elasticsearch: reader, mongodb: reader, entrance, log: told });
    const headers = { Authorization: `Bearer ${await sign(await signingKey())}` };
    const { status, body, headers: given } = await server.get('/v1/orders', { headers });
    expect([status, body.code, given.get('retry-after')]).toEqual([503, 'access-unavailable', '1']);
    await Promise.all([1, 2, 3].map(() => server.get('/v1/orders', { headers })));
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'listening',
      'the keys that verify tokens cannot be read',
    ]);
    expect((await server.get('/v1/orders', { headers: { 'X-Api-Key': 'the-key-of-the-shop' } })).status).toBe(200);
    await server.close();
  });
});

describe('the settings of access', () => {
  const tokens = { JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_JWKS_URL: 'https://id.example/keys' };

  it('need no open access on the network once callers are told apart', () => {
    expect(modeOf({ ...tokens, API_HOST: '0.0.0.0' })).toMatchObject({ kind: 'credentials', apiKeysFile: null });
    expect(modeOf({ API_KEYS_FILE: 'keys.json', API_HOST: '0.0.0.0' })).toMatchObject({
      kind: 'credentials',
      tokens: null,
    });
    expect(modeOf({})).toEqual({ kind: 'open' });
  });

  it.each([
    ['open access beside tokens', { ...tokens, ACCESS_OPEN_ON_NETWORK: 'on' }, /ACCESS_OPEN_ON_NETWORK/],
    ['open access beside API keys', { API_KEYS_FILE: 'x', ACCESS_OPEN_ON_NETWORK: 'on' }, /ACCESS_OPEN_ON_NETWORK/],
    ['an issuer alone', { JWT_ISSUER: ISSUER }, /JWT_AUDIENCE/],
    ['no audience', { ...tokens, JWT_AUDIENCE: '' }, /JWT_AUDIENCE/],
    ['no keys', { ...tokens, JWT_JWKS_URL: '' }, /JWT_JWKS_URL/],
    ['two sources of keys', { ...tokens, JWT_JWKS_FILE: 'jwks.json' }, /JWT_JWKS_FILE/],
    ['keys that travel in the clear', { ...tokens, JWT_JWKS_URL: 'http://id.example/keys' }, /JWT_JWKS_URL/],
    ['an algorithm whose verifier could sign', { ...tokens, JWT_ALGORITHMS: 'RS256,HS256' }, /JWT_ALGORITHMS/],
    ['the algorithm none', { ...tokens, JWT_ALGORITHMS: 'none' }, /JWT_ALGORITHMS/],
    ['any origin', { CORS_ORIGINS: '*' }, /CORS_ORIGINS/],
    ['what is no origin', { CORS_ORIGINS: 'https://shop.example/' }, /CORS_ORIGINS/],
    ['the origin of a file', { CORS_ORIGINS: 'null' }, /CORS_ORIGINS/],
  ])('are refused with %s', (_, env, message) => {
    expect(() => modeOf(env)).toThrow(SettingsError);
    expect(() => modeOf(env)).toThrow(message);
  });

  it('are refused at start when a file cannot be used', () => {
    const mode = (path: string) => modeOf({ ...tokens, JWT_JWKS_URL: '', JWT_JWKS_FILE: path });
    expect(() => composeAccess(mode(join(folder, 'none.json')), log)).toThrow(/JWT_JWKS_FILE/);
    const secret = file('secret.json', { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] });
    expect(() => composeAccess(mode(secret), log)).toThrow(/public keys/);
    expect(() => composeAccess(modeOf({ API_KEYS_FILE: join(folder, 'none.json') }), log)).toThrow(/API_KEYS_FILE/);
  });
});
