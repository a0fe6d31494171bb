import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogUnavailable } from '../../../api/ports/errors.js';
import type { Principal } from '../../../api/ports/principal.js';
import { history } from '../../view-kit/history.js';
import { memoryReader, serve, type TestServer } from '../server.js';
import { projected } from './projected.js';

const event = history('2026-11-20T10:00:00Z');
const line = { lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 100 };
const EVENTS = [
  event('customer.registered', 'c-7', { name: '王芳', email: 'wang@example.org' }),
  event('customer.updated', 'c-7', { email: 'fang@example.org', city: '上海' }),
  event('product.created', 'p-1', { name: '苹果手机', category: 'phones', price: 100, currency: 'CNY' }),
  event('order.placed', 'o-1', { customerId: 'c-8', currency: 'CNY', lines: [line] }),
  event('order.transferred', 'o-1', { customerId: 'c-7' }),
  event('order.cancelled', 'o-1', { reason: '不想要了' }),
];

async function serveAs(principal: Partial<Principal>, broken = false): Promise<TestServer> {
  const { ports, documents } = await projected(EVENTS);
  const held = { orders: documents('orders'), products: documents('products'), customers: documents('customers') };
  const reader = memoryReader(held);
  const scopes = new Set(['orders:read', 'products:read', 'customers:read'] as const);
  const caller: Principal = { name: 'test', scopes, customerId: null, ...principal } as Principal;
  const refused = () => Promise.reject(new LogUnavailable('The events cannot be read in Kafka.'));
  return serve({
    ...{ elasticsearch: reader, mongodb: reader },
    history: broken ? { ...ports, records: { at: refused, withKey: refused } } : ports,
    entrance: { authenticator: { challenges: [], authenticate: async () => caller } },
  });
}

interface Entry {
  readonly type: string;
  readonly changed: string[];
  readonly position: object | null;
  readonly document: Record<string, unknown> | null;
}

describe('the history of a document', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serveAs({});
  });
  afterAll(() => server.close());

  it('has every event with its place, what it changed, and the document as of it', async () => {
    const { status, body } = await server.get('/v1/orders/o-1/history');
    expect(status).toBe(200);
    expect(body.complete).toBe(true);
    expect(
      body.data.map(({ type, changed, document }: Entry) => [type, changed.includes('customer'), document?.status]),
    ).toEqual([
      ['order.placed', true, 'pending'],
      ['order.transferred', true, 'pending'],
      ['order.cancelled', false, 'cancelled'],
    ]);
    expect(body.data[0]).toMatchObject({ sequence: 1, position: { topic: 'orders', partition: 0, offset: 3 } });
    expect(body.data[2].document).toEqual((await server.get('/v1/orders/o-1')).body.data);
  });

  it('tells personal data only to whom the document does, and not even that it changed', async () => {
    const { body } = await server.get('/v1/customers/c-7/history');
    expect(JSON.stringify(body)).not.toContain('example.org');
    expect(body.data[1].changed).toEqual(expect.arrayContaining(['city']));
    expect(body.data[1].changed).not.toContain('email');
  });

  it.each([
    ['/v1/orders/o-9/history', 404, 'not-found'],
    ['/v1/orders/%00/history', 404, 'not-found'],
    ['/v1/orders/o-1/history?fields=status', 400, 'invalid-parameters'],
    ['/v1/orders/o-1/history?asOf=october', 400, 'invalid-parameters'],
    ['/v1/orders/o-1/history/1', 404, 'unknown-path'],
  ])('answers %s with %i', async (path, status, code) => {
    expect(await server.get(path)).toMatchObject({ status, body: { code } });
  });

  it('is 503 while Kafka cannot be read', async () => {
    const broken = await serveAs({}, true);
    const { status, body, headers } = await broken.get('/v1/orders/o-1/history');
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'history-unavailable', '1']);
    await broken.close();
  });

  it('begins, for a bound caller, when the document became theirs, and tells no offsets', async () => {
    const bound = await serveAs({ customerId: 'c-7' });
    const { body } = await bound.get('/v1/orders/o-1/history');
    expect(body.data.map(({ type, position }: Entry) => [type, position])).toEqual([
      ['order.transferred', null],
      ['order.cancelled', null],
    ]);
    expect(JSON.stringify(body)).not.toContain('c-8');
    await bound.close();
    const other = await serveAs({ customerId: 'c-8' });
    expect((await other.get('/v1/orders/o-1/history')).status, 'it is theirs no longer').toBe(404);
    await other.close();
  });
});
