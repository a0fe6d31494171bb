import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventPorts } from '../../../api/events/deliveries.js';
import { LogUnavailable } from '../../../api/ports/errors.js';
import type { RecordSource } from '../../../api/ports/history.js';
import { EVERYBODY, type Principal, type Scope } from '../../../api/ports/principal.js';
import { history } from '../../view-kit/history.js';
import { memoryReader, serve, type TestServer } from '../server.js';
import { logOf, PASSED_AT, traced } from './traced.js';

const event = history('2026-11-20T10:00:00Z');
const line = { lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 100 };
const PLACED = event('order.placed', 'o-1', { customerId: 'c-7', currency: 'CNY', lines: [line] }, { id: 'e/1 %' });
const EVENTS = [
  event('customer.registered', 'c-7', { name: '王芳' }, { id: 'e-c7' }),
  event('customer.registered', 'c-8', { name: '李娜' }, { id: 'e-c8' }),
  event('product.created', 'p-1', { name: '手机', category: 'phones', price: 100, currency: 'CNY' }, { id: 'e-p1' }),
  PLACED,
  PLACED,
  event('order.placed', 'o-2', { customerId: 'c-8', currency: 'CNY', lines: [line] }, { id: 'e-o2' }),
  event('order.paid', 'o-1', { method: 7 }, { id: 'e-bad' }),
  event('order.paid', 'o-2', {}, { id: 'e-o2' }),
  event('order.placed', 'o-3', { customerId: 'c-8', lines: [line] }, { id: 'e-bad3' }),
  PLACED,
];
/** The last is in Kafka, and not yet projected. */
const UNREAD = 1;

async function serveAs(principal: Partial<Principal> = {}, ports: Partial<EventPorts> = {}): Promise<TestServer> {
  const reader = memoryReader({});
  const caller = { ...EVERYBODY, ...principal };
  const server = await serve({
    ...{ elasticsearch: reader, mongodb: reader },
    events: { ...(await traced(EVENTS, UNREAD)), ...ports },
    entrance: { authenticator: { challenges: [], authenticate: async () => caller } },
  });
  onTestFinished(() => server.close());
  return server;
}

const path = (id: string, query = '') => `/v1/events/${encodeURIComponent(id)}${query}`;

describe('what became of an event', () => {
  it('is told by its id, with every delivery that is known, its place, and the documents that show it', async () => {
    const server = await serveAs();
    const { status, body } = await server.get(path('e/1 %'));
    expect(status).toBe(200);
    const own = { eventId: 'e/1 %', type: 'order.placed', aggregate: 'orders/o-1', reason: null };
    const place = { topic: 'orders', partition: 0, time: '2026-11-20T10:00:01.000Z', visible: true };
    const since = (at: number) => ({ visibleSince: new Date(at).toISOString() });
    const documents = ['orders/o-1', 'customers/c-7'];
    expect(body).toEqual({
      data: [
        { ...own, outcome: 'folded', ...place, ...since(PASSED_AT), offset: 3, documents },
        { ...own, outcome: 'duplicate', ...place, ...since(PASSED_AT + 1_000), offset: 4, documents },
      ],
      complete: true,
    });
    expect((await server.get(path('e/1 %', '?aggregate=orders/o-1'))).body).toEqual(body);
    expect((await server.get(path('e/1 %', '?aggregate=orders%2Fo-1'))).body).toEqual(body);
  });

  it('names the documents that refer to its aggregate, too', async () => {
    const server = await serveAs();
    expect((await server.get(path('e-p1'))).body.data[0].documents).toEqual([
      'products/p-1',
      'orders/o-1',
      'orders/o-2',
      'customers/c-7',
      'customers/c-8',
    ]);
    expect((await server.get(path('e-c7'))).body.data[0].documents).toEqual(['customers/c-7', 'orders/o-1']);
  });

  it('is told of what broke the contract, with its reason', async () => {
    const server = await serveAs();
    expect((await server.get(path('e-bad'))).body.data).toEqual([
      {
        ...{ eventId: 'e-bad', type: 'order.paid', aggregate: 'orders/o-1', outcome: 'quarantined' },
        ...{ reason: 'data-invalid', topic: 'orders', partition: 0, offset: 6, time: '2026-11-20T10:00:06.000Z' },
        ...{ visible: false, visibleSince: null, documents: [] },
      },
    ]);
    const { body } = await server.get(path('e-o2'));
    expect(body.data.map(({ outcome, reason, offset }: never) => [outcome, reason, offset])).toEqual([
      ['folded', null, 5],
      ['quarantined', 'id-reused', 7],
    ]);
  });

  it('is not known of one that has not been seen, or of another aggregate', async () => {
    const server = await serveAs();
    for (const asked of [path('e-none'), path('%00'), path('x,y'), path('e/1 %', '?aggregate=orders/o-2')]) {
      expect(await server.get(asked), asked).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect((await server.get(path('e-none'))).body.detail).toContain('aggregate=orders/o-1');
  });

  it('finds by its aggregate what is no longer remembered; its first delivery is the one that counted', async () => {
    const events = history('2026-11-20T10:00:00Z');
    const [first, ...others] = Array.from({ length: 70 }, (_, i) =>
      events('customer.updated', 'c-1', { city: `${i}` }, { id: `e-${i}` }),
    );
    const ports = await traced([first, first, ...others].flatMap((one) => one ?? []));
    const server = await serveAs({}, ports);
    expect((await server.get(path('e-0'))).status).toBe(404);
    const { body } = await server.get(path('e-0', '?aggregate=customers/c-1'));
    expect(body.data.map(({ outcome, offset }: never) => [outcome, offset])).toEqual([
      ['folded', 0],
      ['duplicate', 1],
    ]);
    const withKey = async () => ({ records: [], next: 0, begins: 0, isAllRead: true });
    const hasty = await serveAs({}, { ...ports, log: logOf({ at: async () => [], withKey }) });
    expect(await hasty.get(path('e-0', '?aggregate=customers/c-1'))).toMatchObject({
      status: 503,
      body: { code: 'history-unavailable' },
    });
    expect((await hasty.get(path('e-69', '?aggregate=customers/c-1'))).body).toMatchObject({
      data: [{ outcome: 'folded', type: null }],
      complete: false,
    });
  });

  it('is final when the aggregate has more events than one search may find', async () => {
    const events = history('2026-11-20T10:00:00Z');
    const many = Array.from({ length: 70 }, (_, i) =>
      events('customer.updated', 'c-1', { city: `${i}` }, { id: `e-${i}` }),
    );
    const searches: string[] = [];
    const withKey: RecordSource['withKey'] = async (key, { from }, { bytesMax }) => {
      searches.push(key);
      const value = Buffer.alloc(bytesMax);
      const record = { topic: 'customers', partition: 0, offset: from, key: null, value, headers: {} };
      return { records: [record], next: from + 1, begins: 0, isAllRead: true };
    };
    const server = await serveAs({}, { ...(await traced(many)), log: logOf({ at: async () => [], withKey }) });
    for (let i = 0; i < 2; i += 1) {
      const { status, body, headers } = await server.get(path('e-1', '?aggregate=customers/c-1'));
      expect([status, body.code, headers.get('retry-after')]).toEqual([404, 'history-too-long', null]);
      expect(body.detail).not.toMatch(/try again/i);
    }
    expect(searches).toEqual(['c-1']);
  });

  it('is told without Kafka as far as the state remembers it', async () => {
    const withKey = () => Promise.reject(new LogUnavailable('The events cannot be read in Kafka.'));
    const server = await serveAs({}, { log: logOf({ at: async () => [], withKey }) });
    expect((await server.get(path('e-c7'))).body).toMatchObject({
      data: [{ outcome: 'folded', type: null, offset: 0, visible: true, documents: ['customers/c-7'] }],
      complete: false,
    });
    expect(await server.get(path('e-c7', '?aggregate=customers/c-7'))).toMatchObject({
      status: 503,
      body: { code: 'history-unavailable' },
    });
  });

  it('is not visible before its position is durable', async () => {
    const positions = { positions: async () => new Map([['orders/0', 3]]) };
    const server = await serveAs({}, { positions });
    expect((await server.get(path('e/1 %'))).body.data).toMatchObject([{ outcome: 'folded', visible: false }]);
  });

  it.each([
    ['?asOf=october', 'asOf'],
    ['?aggregates=orders/o-1', 'aggregates'],
    ['?aggregate=invoices/1', 'aggregate'],
    ['?aggregate=orders', 'aggregate'],
    ['?aggregate=orders/', 'aggregate'],
    ['?aggregate=orders/o-1&aggregate=orders/o-2', 'aggregate'],
  ])('refuses %s', async (query, parameter) => {
    const server = await serveAs();
    const { status, body } = await server.get(path('e-1', query));
    expect([status, body.code, body.errors[0].parameter]).toEqual([400, 'invalid-parameters', parameter]);
  });
});

describe('whom it is told', () => {
  const READ: readonly Scope[] = ['orders:read', 'products:read', 'customers:read'];
  const bound = (customerId: string | null, scopes: readonly Scope[] = READ) =>
    serveAs({ customerId, scopes: new Set(scopes) });

  it('are offsets only with the scope admin', async () => {
    const { body } = await (await bound(null)).get(path('e/1 %'));
    expect(body.data[0]).toMatchObject({ outcome: 'folded', topic: 'orders', partition: 0, offset: null });
  });

  it('is whoever may read the view', async () => {
    const server = await bound(null, ['products:read']);
    expect((await server.get(path('e/1 %'))).status).toBe(404);
    expect((await server.get(path('e-bad'))).status).toBe(404);
    expect(await server.get(path('e/1 %', '?aggregate=orders/o-1'))).toMatchObject({ status: 403 });
    expect((await server.get(path('e-p1'))).body.data[0].documents).toEqual(['products/p-1']);
  });

  it('is a bound caller of their own events, and of nobody else’s', async () => {
    const server = await bound('c-7');
    const statuses = await Promise.all(
      ['e/1 %', 'e-c7', 'e-p1', 'e-bad', 'e-c8', 'e-o2', 'e-bad3'].map(
        async (id) => (await server.get(path(id))).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 404, 200, 404, 404, 404]);
    const other = await bound('c-8');
    expect((await other.get(path('e-bad3'))).body.data).toMatchObject([{ outcome: 'quarantined' }]);
    expect((await other.get(path('e-bad'))).status).toBe(404);
  });

  it('is a bound caller of no delivery that was refused and names others, nor is it a duplicate to them', async () => {
    const theirs = (customerId: string) =>
      event('order.placed', 'o-1', { customerId, currency: 'CNY', lines: [line] }, { id: 'e-1', sequence: 1 });
    const ports = await traced([theirs('c-7'), theirs('c-8')]);
    const outcomes = async (customerId: string | null) => {
      const server = await serveAs({ customerId, scopes: new Set(READ) }, ports);
      const { body } = await server.get(path('e-1'));
      return body.data.map(({ outcome }: { readonly outcome: string }) => outcome);
    };
    expect(await outcomes(null)).toEqual(['folded', 'quarantined']);
    expect(await outcomes('c-7')).toEqual(['folded']);
  });
});
