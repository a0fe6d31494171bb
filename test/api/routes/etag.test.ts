import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FreshnessSource } from '../../../api/ports/freshness.js';
import { isKnown } from '../../../api/routes/etag.js';
import { customer, order } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

describe('the entity tag of a document', () => {
  let server: TestServer;
  let lagMs = 0;
  const freshness: FreshnessSource = {
    of: async () => ({ lagEvents: 0, refused: 0, lagMs: ++lagMs, asOf: `${lagMs}` }),
  };
  const reader = memoryReader({ orders: [order('o-1'), order('o-2')], customers: [customer('c-1')] });
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader, freshness });
  });
  afterAll(() => server.close());

  const ask = (path: string, ifNoneMatch?: string, method = 'GET') =>
    server.get(path, { method, headers: ifNoneMatch === undefined ? {} : { 'If-None-Match': ifNoneMatch } });

  it('is strong, and the same for the same document, however fresh', async () => {
    const [first, second] = [await ask('/v1/orders/o-1'), await ask('/v1/orders/o-1')];
    expect(first.headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(second.body.freshness).not.toEqual(first.body.freshness);
    expect(first.body.data).toEqual(order('o-1'));
  });

  it('is another for another document, or another part of it', async () => {
    const paths = ['/v1/orders/o-1', '/v1/orders/o-2', '/v1/orders/o-1?fields=total', '/v1/customers/c-1'];
    const tags = await Promise.all(paths.map(async (path) => (await ask(path)).headers.get('etag')));
    expect(new Set(tags).size).toBe(paths.length);
  });

  it.each(['GET', 'HEAD'])('gets who has it 304 without a body, by %s', async (method) => {
    const etag = String((await ask('/v1/orders/o-1')).headers.get('etag'));
    for (const known of [etag, `W/${etag}`, `"x", W/"y",${etag}`, '*']) {
      const { status, headers, body } = await ask('/v1/orders/o-1', known, method);
      expect([status, headers.get('etag'), body], known).toEqual([304, etag, null]);
      expect(headers.get('content-length')).toBeNull();
    }
    for (const unknown of ['"x"', etag.slice(1, -1), '']) {
      expect((await ask('/v1/orders/o-1', unknown, method)).status, unknown).toBe(200);
    }
  });

  it('is there for HEAD, too, and neither for lists nor for what is not there', async () => {
    const etag = (await ask('/v1/orders/o-1')).headers.get('etag');
    expect((await ask('/v1/orders/o-1', undefined, 'HEAD')).headers.get('etag')).toBe(etag);
    expect(await ask('/v1/orders/o-9', '*')).toMatchObject({ status: 404 });
    expect((await ask('/v1/orders', '*')).status).toBe(200);
  });

  it('is found in a list by whole tags only', () => {
    expect(isKnown('"a"', '"b","a"')).toBe(true);
    expect(isKnown('"a"', ' * ')).toBe(true);
    for (const header of ['"b"', 'a', '"a', '""a""', '"*"', 'w/', undefined])
      expect(isKnown('"a"', header)).toBe(false);
  });
});
