import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ApiKey, keyVerifier, readApiKeys } from '../../../api/access/api-keys.js';
import { Unauthenticated } from '../../../api/ports/access.js';
import { SettingsError } from '../../../runtime/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'api-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

function file(content: unknown): string {
  const path = join(folder, 'keys.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const shop: ApiKey = { name: 'shop', sha256: sha256('the key of the shop'), scopes: ['orders:read'] };
const seven: ApiKey = { name: 'seven', sha256: sha256('the key of c-7'), scopes: ['customers:read'], customer: 'c-7' };

describe('an API key', () => {
  it('says who its holder is, and what it may', async () => {
    const verify = keyVerifier(readApiKeys(file([shop, seven])));
    expect(await verify('the key of the shop')).toEqual({
      name: 'key:shop',
      scopes: new Set(['orders:read']),
      expiresAt: null,
      customerId: null,
    });
    expect(await verify('the key of c-7')).toMatchObject({ name: 'key:seven', customerId: 'c-7' });
  });

  it.each(['', 'the key of the sho', 'the key of the shop ', 'THE KEY OF THE SHOP', shop.sha256, 'x'.repeat(100_000)])(
    'is refused as %j',
    async (key) => {
      await expect(keyVerifier([shop, seven])(key)).rejects.toThrow(Unauthenticated);
    },
  );
});

describe('the file of API keys', () => {
  it.each([
    ['what is not there', join(folder, 'missing.json'), /cannot be read \(ENOENT\)/],
    ['a folder', folder, /cannot be read \(EISDIR\)/],
  ])('must be readable: not %s', (_, path, message) => {
    expect(() => readApiKeys(path)).toThrow(message);
    expect(() => readApiKeys(path)).toThrow(SettingsError);
  });

  it.each([
    ['no list', {}],
    ['an empty list', []],
    ['a key in the clear', [{ name: 'shop', key: 'clear', scopes: ['orders:read'] }]],
    ['a short hash', [{ ...shop, sha256: 'abc' }]],
    ['an unknown scope', [{ ...shop, scopes: ['orders:write'] }]],
    ['no scope', [{ ...shop, scopes: [] }]],
    ['an empty customer, which would limit nothing', [{ ...shop, customer: '' }]],
    ['a misspelt field, which would limit nothing', [{ ...shop, customerId: 'c-7' }]],
    ['a name twice', [shop, { ...seven, name: 'shop' }]],
    ['a hash twice', [shop, { ...seven, sha256: shop.sha256 }]],
  ])('is refused with %s', (_, content) => {
    expect(() => readApiKeys(file(content))).toThrow(SettingsError);
  });

  it('names all that is wrong, and quotes nothing of it', () => {
    expect(() =>
      readApiKeys(
        file([
          { ...shop, sha256: 'my secret' },
          { ...seven, scopes: ['x'] },
        ]),
      ),
    ).toThrow(/0\.sha256[\s\S]*1\.scopes/);
    for (const content of ['my secret', [{ ...shop, sha256: 'my secret' }]]) {
      expect(() => readApiKeys(file(content))).not.toThrow(/my secret/);
    }
  });
});
