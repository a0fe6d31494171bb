import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../runtime/log.js';
import { placeOf, withoutSecrets } from '../../runtime/secrets.js';

describe('what is logged', () => {
  it('is no header of a request that a library kept in its error', () => {
    let lines = '';
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines += chunk;
        done();
      },
    });
    const headers = { authorization: 'Basic c2VjcmV0', 'x-api-key': 'c2VjcmV0' };
    const request = { params: { headers, path: '/index/_search' } };
    const err = Object.assign(new Error('it failed'), { headers, meta: { headers, meta: { request } } });
    createLog('test', 'info', destination).error({ err }, 'failed');
    expect(lines).toContain('it failed');
    expect(lines).toContain('/index/_search');
    expect(lines).not.toContain('c2VjcmV0');
  });

  it('is no password of a connection string', () => {
    expect(placeOf('mongodb://user:secret@host/')).toBe('mongodb://host/');
    expect(placeOf('mongodb://user:s/ec@ret@host:1,other:2/db')).toBe('mongodb://host:1,other:2/db');
    expect(placeOf('mongodb://user:secret@host/?tlsCertificateKeyFilePassword=secret')).toBe('mongodb://host/');
  });

  it.each([
    ['/v1/orders?q=a&access_token=secret&size=2', '/v1/orders?q=a&access_token=…&size=2'],
    ['/v1/orders?X-Api-Key=secret', '/v1/orders?X-Api-Key=…'],
    ['/v1/orders?q=eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln', '/v1/orders?q=…'],
    ['/v1/orders/eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', '/v1/orders/…'],
    ['/v1/orders?q=a&sort=-total&cursor=abc', '/v1/orders?q=a&sort=-total&cursor=abc'],
  ])('is the URL %s as %s', (url, logged) => expect(withoutSecrets(url)).toBe(logged));
});
