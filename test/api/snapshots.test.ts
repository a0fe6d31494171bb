import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionsOf } from '../../mappings/definition.js';
import { views } from '../../mappings/registry.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { customer, order, product } from './documents.js';
import { memoryReader, serve, servedOf, type TestServer } from './server.js';

const AT = '2026-10-31T23:59:59.000Z';
const SNAPSHOT = 5;
const reader = memoryReader(
  { orders: [order('o-1')], products: [product('p-1', { name: '苹果手机' })], customers: [customer('c-1')] },
  SNAPSHOT,
);

function snapshot(name: string, further: Partial<GenerationRecord>): GenerationRecord {
  const { live } = servedOf();
  const definitions = definitionsOf(views);
  return { ...live, number: SNAPSHOT, phase: 'frozen', definitions, snapshot: { name, at: new Date(AT) }, ...further };
}

describe('a question as of a snapshot', () => {
  let server: TestServer;
  beforeAll(async () => {
    const { registry, live } = servedOf();
    const generations = [
      ...[live, snapshot('october', {}), snapshot('unfinished', { number: 6, phase: 'rendering' })],
      snapshot('outdated', {
        ...{ number: 7, definitions: { orders: 'of before' } },
        snapshot: { name: 'outdated', at: new Date(AT), clock: 'event' },
      }),
    ];
    server = await serve({
      ...{ elasticsearch: reader, mongodb: reader },
      generations: { live: async () => ({ registry: { ...registry, generations }, live }) },
    });
  });
  afterAll(() => server.close());

  it.each(['/v1/orders', '/v1/products?q=苹果', '/v1/customers', '/v1/customers/c-1/orders', '/v1/suggest?q=苹'])(
    'is answered from it: %s',
    async (path) => {
      const there = path.includes('?') ? '&' : '?';
      const { status, body } = await server.get(`${path}${there}asOf=october`);
      expect({ status, found: body.data.length }).toEqual({ status: 200, found: 1 });
    },
  );

  it('says of when the answer is, and that nothing of then is missing', async () => {
    const freshness = { lagEvents: 0, lagMs: 0, refused: null, asOf: AT };
    expect((await server.get('/v1/orders?asOf=october')).body.freshness).toEqual(freshness);
    expect((await server.get('/v1/orders/o-1?asOf=october&fields=status')).body.freshness).toEqual(freshness);
  });

  it('keeps to it from page to page', async () => {
    const { headers } = await server.get('/v1/orders?asOf=october&size=1&page=1');
    expect(headers.get('link')).toContain('asOf=october');
  });

  it.each([
    ['september', 'october'],
    ['unfinished', 'not complete'],
    ['outdated', 'Take it anew'],
  ])('is answered with 404 for %s', async (name, reason) => {
    const { status, body } = await server.get(`/v1/orders?asOf=${name}`);
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'unknown-snapshot' });
    expect(body.detail).toContain(reason);
  });

  it.each([
    ['/v1/orders?asOf=', {}],
    ['/v1/orders/o-1?asOf=october&asOf=november', {}],
    ['/v1/suggest?q=x&asOf=', {}],
    ['/v1/orders?asOf=october', { 'Wait-For': 'orders/o-1@1' }],
    ['/v1/orders/o-1?asOf=october', { 'Max-Staleness': '1000' }],
  ])('is refused where it makes no sense: %s %o', async (path, headers) => {
    const { status, body } = await server.get(path, { headers });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-parameters' });
    expect(JSON.stringify(body.errors)).toContain('asOf');
  });

  it('finds those that are complete listed', async () => {
    const { body } = await server.get('/v1/meta');
    expect(body.snapshots).toEqual([
      { name: 'october', at: AT, clock: 'log' },
      { name: 'outdated', at: AT, clock: 'event' },
    ]);
  });
});
