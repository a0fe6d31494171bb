import { describe, expect, it } from 'vitest';
import { Credentials, openAccess } from '../../../api/access/credentials.js';
import { AmbiguousCredentials, Unauthenticated } from '../../../api/ports/access.js';
import type { Principal } from '../../../api/ports/principal.js';

const named =
  (kind: string) =>
  async (credential: string): Promise<Principal> => ({
    name: `${kind}:${credential}`,
    scopes: new Set(),
    customerId: null,
    expiresAt: null,
  });
const both = new Credentials({ token: named('token'), key: named('key') });
const tokens = new Credentials({ token: named('token'), key: null });
const keys = new Credentials({ token: null, key: named('key') });

describe('credentials', () => {
  it('are a token in Authorization or a key in X-Api-Key', async () => {
    expect((await both.authenticate({ authorization: ['Bearer a.b.c'] })).name).toBe('token:a.b.c');
    expect((await both.authenticate({ authorization: ['bearer a.b.c'] })).name).toBe('token:a.b.c');
    expect((await both.authenticate({ 'x-api-key': ['k'] })).name).toBe('key:k');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'a.b.c',
    'Basic YTpi',
    'Bearer a b',
    'Bearer a,b',
    'Bearer "a"',
    'Bearer a\u00e9',
    'xBearer a',
  ])('are not %j', async (authorization) => {
    await expect(both.authenticate({ authorization: [authorization] })).rejects.toThrow(Unauthenticated);
  });

  it('are missing', async () => {
    await expect(both.authenticate({})).rejects.toThrow('Send Authorization: Bearer or X-Api-Key.');
  });

  it('are not accepted where their kind is not configured', async () => {
    await expect(tokens.authenticate({ 'x-api-key': ['k'] })).rejects.toThrow(Unauthenticated);
    await expect(keys.authenticate({ authorization: ['Bearer a'] })).rejects.toThrow(Unauthenticated);
    expect(tokens.challenges).toEqual(['Bearer realm="read-model-api"']);
    expect(keys.challenges).toEqual(['ApiKey realm="read-model-api"']);
  });

  it('are one only, also where another kind would be refused', async () => {
    for (const headers of [
      { authorization: ['Bearer a'], 'x-api-key': ['k'] },
      { authorization: ['Bearer a', 'Bearer b'] },
      { 'x-api-key': ['k', 'k'] },
    ]) {
      for (const authenticator of [both, tokens, keys]) {
        await expect(authenticator.authenticate(headers)).rejects.toThrow(AmbiguousCredentials);
      }
    }
  });

  it('are not looked at where access is open', async () => {
    const headers = { authorization: ['Bearer a'], 'x-api-key': ['k'] };
    expect(await openAccess.authenticate(headers)).toMatchObject({ name: 'anonymous', customerId: null });
  });
});
