import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import { product } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

describe('GET /v1/suggest', () => {
  let server: TestServer;
  const many = Array.from({ length: 12 }, (_, i) => product(`t-${i}`, { name: `茶 ${i}` }));
  const reader = memoryReader({ products: [product('p-1', { name: '苹果手机', brand: 'Apple' }), ...many] });
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader });
  });
  afterAll(() => server.close());

  it('answers ids and names, and nothing else', async () => {
    const { status, body } = await server.get('/v1/suggest?q=%E8%8B%B9');
    expect([status, body]).toEqual([200, { data: [{ productId: 'p-1', name: '苹果手机' }] }]);
  });

  it('answers ten at most', async () => {
    expect((await server.get('/v1/suggest?q=%E8%8C%B6')).body.data).toHaveLength(10);
  });

  it('has nothing to complete before anything is typed', async () => {
    expect((await server.get('/v1/suggest?q=')).body).toEqual({ data: [] });
    expect((await server.get('/v1/suggest?q=+')).body).toEqual({ data: [] });
  });

  it.each([
    ['', ['q']],
    ['q=x&size=5', ['size']],
    ['Q=x', ['Q', 'q']],
    ['q=x&q=y', ['q']],
    [`q=${'x'.repeat(1_001)}`, ['q']],
    ['q=%FF', ['q']],
    ['q=x&fields=name&highlight=true', ['fields', 'highlight']],
  ])('refuses ?%s', async (query, parameters) => {
    const { status, body } = await server.get(`/v1/suggest?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid-parameters']);
    const named = body.errors.map(({ parameter }: { parameter: string }) => parameter);
    expect([...new Set(named)].sort()).toEqual([...parameters].sort());
  });

  it('is described by /v1/meta', async () => {
    const { body } = await server.get('/v1/meta');
    expect(body.views.products.suggest).toEqual({
      path: '/v1/suggest',
      field: 'name',
      parameters: [
        { name: 'q', type: 'text' },
        { name: 'asOf', type: 'text' },
      ],
    });
    expect(body.views.orders).not.toHaveProperty('suggest');
    expect(body.views.orders.parameters).toContainEqual({ name: 'highlight', type: 'boolean' });
    expect(body.limits.suggestionsMax).toBe(10);
  });

  it('is 503 while the store is down', async () => {
    const down = { ...reader, search: async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 1 })) };
    const without = await serve({ elasticsearch: { ...down, get: down.search, ping: down.search }, mongodb: reader });
    expect((await without.get('/v1/suggest?q=x')).status).toBe(503);
    await without.close();
  });
});
