import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeySet } from '../../../../api/access/jwt/key-set.js';
import { fetchKeySet } from '../../../../api/access/jwt/key-sources.js';
import { tokenVerifier } from '../../../../api/access/jwt/tokens.js';
import { AccessUnavailable, Unauthenticated } from '../../../../api/ports/access.js';
import { keySetOf, type SigningKey, sign, signingKey, TOKENS } from '../issuer.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A provider whose keys, availability and clock the test decides. */
function provider(published: () => JSONWebKeySet) {
  const state = { now: 0, asked: 0, failures: 0, away: false };
  const keys = new KeySet({
    load: async () => {
      state.asked += 1;
      if (state.away) throw new Error('away');
      return published();
    },
    now: () => state.now,
    onFailure: () => {
      state.failures += 1;
    },
  });
  return { state, verify: tokenVerifier(TOKENS, keys) };
}

describe('the keys of the identity provider', () => {
  let first: SigningKey;
  let second: SigningKey;
  beforeAll(async () => {
    [first, second] = await Promise.all([signingKey(), signingKey()]);
  });

  it('are read once for many tokens', async () => {
    const { state, verify } = provider(() => keySetOf(first));
    const token = await sign(first);
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(state.asked).toBe(1);
  });

  it('are read again for a key that is new', async () => {
    let published = keySetOf(first);
    const { state, verify } = provider(() => published);
    await verify(await sign(first));
    published = keySetOf(second);
    state.now += 11_000;
    await expect(verify(await sign(second))).resolves.toBeDefined();
    await expect(verify(await sign(first))).rejects.toThrow(Unauthenticated);
    expect(state.asked).toBe(2);
  });

  it('are not read for every made-up key', async () => {
    const { state, verify } = provider(() => keySetOf(first));
    await verify(await sign(first));
    for (let i = 0; i < 50; i++) {
      state.now += 100;
      await expect(verify(await sign(first, {}, { kid: `made-up-${i}` }))).rejects.toThrow(Unauthenticated);
    }
    expect(state.asked).toBe(1);
  });

  it('go on while the provider is away, and a token of a new key is told to come again', async () => {
    const { state, verify } = provider(() => keySetOf(first));
    await verify(await sign(first));
    state.away = true;
    state.now += DAY - MINUTE;
    const known = await sign(first);
    await expect(verify(known)).resolves.toBeDefined();
    await expect(verify(await sign(second))).rejects.toThrow(AccessUnavailable);
    await expect(verify(known)).resolves.toBeDefined();
    expect(state.failures).toBe(1);
    state.now += 2 * MINUTE;
    await expect(verify(known)).rejects.toThrow(AccessUnavailable);
  });

  it('that are withdrawn are refused', async () => {
    let published = keySetOf(first, second);
    const { state, verify } = provider(() => published);
    const token = await sign(first);
    await verify(token);
    published = keySetOf(second);
    state.now += 11 * MINUTE;
    await verify(token); // Begins to read again.
    await expect(verify(token)).rejects.toThrow(Unauthenticated);
  });

  it('that were never there make every token wait, without asking for each', async () => {
    const { state, verify } = provider(() => keySetOf(first));
    state.away = true;
    const token = await sign(first);
    for (let i = 0; i < 10; i++) await expect(verify(token)).rejects.toThrow(AccessUnavailable);
    expect(state.asked).toBe(1);
    state.away = false;
    state.now += 1_000;
    await expect(verify(token)).resolves.toBeDefined();
  });
});

describe('a key set at a URL', () => {
  async function answering(status: number, body: string, headers: Record<string, string> = {}) {
    const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    try {
      return await fetchKeySet(url);
    } finally {
      server.close();
    }
  }

  it('is read', async () => {
    const published = keySetOf(await signingKey());
    expect(await answering(200, JSON.stringify(published))).toEqual(published);
  });

  it.each([
    [500, '{"keys":[]}'],
    [200, 'not json'],
    [200, '[]'],
    [200, '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'],
    [200, '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"private"}]}'],
  ])('is refused when the answer is %i %s', async (status, body) => {
    await expect(answering(status, body)).rejects.toThrow();
  });

  it('is not looked for elsewhere', async () => {
    await expect(answering(302, '', { location: 'http://127.0.0.1:1/' })).rejects.toThrow();
  });
});
