import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { KeySet } from '../../../../api/access/jwt/key-set.js';
import { tokenVerifier } from '../../../../api/access/jwt/tokens.js';
import { Unauthenticated } from '../../../../api/ports/access.js';
import { AUDIENCE, ISSUER, keySetOf, type SigningKey, seconds, sign, signingKey, TOKENS } from '../issuer.js';

describe('a token', () => {
  let rsa: SigningKey;
  let ec: SigningKey;
  let verify: ReturnType<typeof tokenVerifier>;

  beforeAll(async () => {
    [rsa, ec] = await Promise.all([signingKey('RS256'), signingKey('ES256')]);
    verify = verifierOf(rsa, ec);
  });

  function verifierOf(...keys: SigningKey[]) {
    const inputs = { load: async () => keySetOf(...keys), now: () => performance.now(), onFailure: () => {} };
    return tokenVerifier(TOKENS, new KeySet(inputs));
  }

  const refused = (token: string) => expect(verify(token), token.slice(0, 80)).rejects.toThrow(Unauthenticated);

  it('says who its bearer is, and what it may', async () => {
    const claims = { sub: 'u-1', scope: 'openid orders:read customers:pii', customer_id: 'c-7' };
    expect(await verify(await sign(rsa, claims))).toEqual({
      name: 'token:u-1',
      scopes: new Set(['orders:read', 'customers:pii']),
      customerId: 'c-7',
      expiresAt: expect.any(Number),
    });
    expect(await verify(await sign(ec, { scope: ['admin'] }))).toMatchObject({
      scopes: new Set(['admin']),
      customerId: null,
    });
  });

  it('without scopes may nothing', async () => {
    for (const scope of [undefined, '', 7, { 'orders:read': true }, [['orders:read']], 'orders:read,products:read']) {
      expect((await verify(await sign(ec, { scope }))).scopes).toEqual(new Set());
    }
  });

  it.each([
    ['an unknown issuer', { iss: 'https://other.example' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another-api' }],
    ['several other audiences', { aud: ['x', 'y'] }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['an endless subject', { sub: 'x'.repeat(257) }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is over', { exp: seconds() - 60 }],
    ['an expiry that is no number', { exp: 'never' as never }],
    ['a beginning that is yet to come', { nbf: seconds() + 60 }],
    ['an empty customer', { customer_id: '' }],
    ['no customer by name', { customer_id: null }],
    ['a number for a customer', { customer_id: 7 }],
    ['several customers', { customer_id: ['c-1', 'c-2'] }],
    ['an impossible customer', { customer_id: 'c-1,c-2' }],
  ])('with %s is refused', async (_, claims) => {
    await refused(await sign(ec, claims));
  });

  it('that is one of several audiences is accepted', async () => {
    await expect(verify(await sign(ec, { aud: ['x', AUDIENCE] }))).resolves.toBeDefined();
  });

  it('without a signature is refused', async () => {
    const claims = { scope: 'admin' };
    await refused(
      new UnsecuredJWT(claims).setIssuer(ISSUER).setAudience(AUDIENCE).setSubject('x').setExpirationTime('1h').encode(),
    );
    const [head, body] = (await sign(ec)).split('.');
    await refused(`${head}.${body}.`);
    for (const alg of ['none', 'None', 'NONE', '']) {
      await refused(`${encode({ alg, kid: ec.kid })}.${body}.`);
    }
  });

  it('signed with the public key as if that were a shared secret is refused', async () => {
    const publicKey = await importJWK({ ...rsa.publicJwk, ext: true }, 'RS256', { extractable: true });
    const secrets = [await exportSPKI(publicKey as never), JSON.stringify(rsa.publicJwk), String(rsa.publicJwk.n)];
    const [, body] = (await sign(rsa)).split('.');
    for (const secret of secrets) {
      const signed = `${encode({ alg: 'HS256', kid: rsa.kid })}.${body}`;
      await refused(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
    }
  });

  it('signed by an algorithm that is not the one of its key is refused', async () => {
    const strange = await generateKeyPair('RS512');
    const other = { ...rsa, algorithm: 'RS512', privateKey: strange.privateKey };
    await refused(await sign(other));
    await refused(await sign({ ...ec, kid: rsa.kid }));
  });

  it('signed by an algorithm that is not accepted is refused, though its key is published', async () => {
    const other = await signingKey('ES384');
    await expect(verifierOf(other)(await sign(other))).rejects.toThrow(Unauthenticated);
  });

  it('signed by somebody else, with the name of a known key or with a key of its own, is refused', async () => {
    const forger = await signingKey('ES256');
    await refused(await sign({ ...forger, kid: ec.kid }));
    const carried = new SignJWT({ sub: 'x', scope: 'admin' })
      .setProtectedHeader({ alg: 'ES256', kid: ec.kid, jwk: forger.publicJwk, jku: 'https://forger.example/keys' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h');
    await refused(await carried.sign(forger.privateKey));
  });

  it('with an unknown key is refused', async () => {
    await refused(await sign(await signingKey('ES256')));
    for (const kid of ['', '../../etc/passwd', "' OR 1=1", '__proto__']) await refused(await sign(ec, {}, { kid }));
  });

  it('that demands what is not understood is refused', async () => {
    const [, body, signature] = (await sign(ec)).split('.');
    await refused(`${encode({ alg: 'ES256', kid: ec.kid, crit: ['exp'], exp: 1 })}.${body}.${signature}`);
  });

  it('that is too long is refused before anything is verified', async () => {
    await expect(verify(await sign(ec, { padding: 'x'.repeat(8_192) }))).rejects.toThrow(/at most 8192/);
  });

  it('that is anything else is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
        ),
        async (token) => {
          await refused(token);
        },
      ),
    );
  });

  it('with any one character changed is refused', async () => {
    const token = await sign(ec);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length - 1 }), async (at) => {
        const [before, after] = [token.slice(0, at), token.slice(at + 1)];
        const other = `${before}${token[at] === 'A' ? 'B' : 'A'}${after}`;
        // The last character of 64 bytes in base64 has bits that mean nothing.
        if (at < token.length - 1) await refused(other);
      }),
    );
  });

  it('tells why it is refused only when its signature is right', async () => {
    const forger = { ...(await signingKey('ES256')), kid: ec.kid };
    const old = { exp: seconds() - 60 };
    await expect(verify(await sign(ec, old))).rejects.toThrow('The token has expired.');
    await expect(verify(await sign(forger, old))).rejects.toThrow('The token is not one that this API accepts.');
  });
});

function encode(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}
