/** The pages of a history, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadModelClient } from '../../../api/client/index.js';
import type { Principal } from '../../../api/ports/principal.js';
import { history } from '../../view-kit/history.js';
import { memoryReader, serve, servedOf, type TestServer } from '../server.js';
import { type Kept, projected } from './projected.js';

const event = history('2026-11-20T10:00:00Z');
const line = { lineId: '1', productId: 'p-1', quantity: 1, unitPrice: 100 };
const placed = (id: string) => event('order.placed', id, { customerId: 'c-0', currency: 'CNY', lines: [line] });
/** The order is with `c-7` in every third stretch of ten events, and at the end. */
const EVENTS = [
  placed('o-1'),
  ...Array.from({ length: 120 }, (_, i) =>
    i % 10 === 0
      ? event('order.transferred', 'o-1', { customerId: i % 30 === 0 ? 'c-7' : `c-${i}` })
      : event('order.amended', 'o-1', { lines: [{ ...line, quantity: i + 1 }] }),
  ),
  event('order.transferred', 'o-1', { customerId: 'c-7' }),
  placed('o-2'),
];
const OWN = EVENTS.slice(0, -1).map(({ event: { id } }) => id);

async function serveTo(principal: Partial<Principal> = {}, kept: Kept = {}, generation = 1): Promise<TestServer> {
  const { ports, documents } = await projected(EVENTS, kept);
  const reader = memoryReader({ orders: documents('orders') }, generation);
  const may = { scopes: new Set(['orders:read'] as const), customerId: null, expiresAt: null };
  const caller: Principal = { name: 'test', ...may, ...principal };
  return serve({
    ...{ elasticsearch: reader, mongodb: reader, history: ports },
    entrance: { authenticator: { challenges: [], authenticate: async () => caller } },
    generations: { live: async () => servedOf(generation) },
  });
}

interface Entry {
  readonly eventId: string;
  readonly changed: readonly string[];
  readonly document: { readonly customer: { readonly customerId: string } } | null;
}

async function pagesOf(server: TestServer, size: number): Promise<Entry[][]> {
  const pages: Entry[][] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await server.get(`/v1/orders/o-1/history?size=${size}${cursor}`);
    expect([status, body.complete, body.page.size]).toEqual([200, true, size]);
    pages.push(body.data);
    if (body.page.next === null) return pages;
    cursor = `&cursor=${encodeURIComponent(body.page.next)}`;
  }
}

describe('the pages of a history', () => {
  let server: TestServer;
  let first: string;
  beforeAll(async () => {
    server = await serveTo();
    first = (await server.get('/v1/orders/o-1/history?size=50')).body.page.next;
  });
  afterAll(() => server.close());

  it('are full but for the last, and together what one page would tell, changes included', async () => {
    const [whole = []] = await pagesOf(server, 100);
    const pages = await pagesOf(server, 35);
    expect(pages.map(({ length }) => length)).toEqual([35, 35, 35, 17]);
    expect(pages.flat().map(({ eventId }) => eventId)).toEqual(OWN);
    expect(pages.flat().slice(0, 100)).toEqual(whole);
    expect(pages[1]?.[0]?.changed).not.toContain('orderId');
  });

  it('are a hundred long unless asked otherwise, and never longer', async () => {
    const { body, headers } = await server.get('/v1/orders/o-1/history');
    expect([body.data.length, body.page.size]).toEqual([100, 100]);
    expect(headers.get('link')).toBe(
      `</v1/orders/o-1/history?cursor=${body.page.next}>; rel="next", </v1/orders/o-1/history>; rel="first"`,
    );
    expect((await server.get('/v1/orders/o-1/history?size=500')).body.page.size).toBe(100);
  });

  it('are followed by the client', async () => {
    const client = new ReadModelClient({ baseUrl: server.url });
    const told: string[] = [];
    for await (const { eventId } of client.orders.wholeHistory('o-1', { size: 50 })) told.push(eventId);
    expect(told).toEqual(OWN);
  });

  it.each([
    ['size=0', 'size'],
    ['cursor=abc', 'cursor'],
    ['page=2', 'page'],
    ['size=2&size=3', 'size'],
  ])('are refused for %s', async (query, parameter) => {
    const { status, body } = await server.get(`/v1/orders/o-1/history?${query}`);
    expect([status, body.errors[0].parameter]).toEqual([400, parameter]);
  });

  it('go on for their own document and generation only', async () => {
    const cursor = encodeURIComponent(first);
    expect((await server.get(`/v1/orders/o-2/history?cursor=${cursor}`)).status).toBe(400);
    expect((await server.get(`/v1/orders?cursor=${cursor}`)).status).toBe(400);
    const list = (await server.get('/v1/orders?size=1')).body.page.next;
    expect((await server.get(`/v1/orders/o-1/history?cursor=${encodeURIComponent(list)}`)).status).toBe(400);
    const anew = await serveTo({}, {}, 2);
    expect(await anew.get(`/v1/orders/o-1/history?cursor=${cursor}`)).toMatchObject({
      status: 410,
      body: { code: 'cursor-expired' },
    });
    await anew.close();
  });

  it('are full for a bound caller, too, and tell neither what was not theirs nor how much that was', async () => {
    const bound = await serveTo({ customerId: 'c-7' });
    const pages = await pagesOf(bound, 15);
    expect(pages.map(({ length }) => length)).toEqual([15, 15, 11]);
    expect(pages.flat().every(({ document }) => document?.customer.customerId === 'c-7')).toBe(true);
    // Whatever comes to them anew is told as new.
    const anew = pages.flat().filter(({ changed }) => changed.includes('orderId'));
    expect(anew).toHaveLength(5);
    await bound.close();
  });

  it('are not told in part: what Kafka no longer has makes every document unknown', async () => {
    const cut = await serveTo({}, { begins: 5 });
    const { body } = await cut.get('/v1/orders/o-1/history?size=50');
    expect([body.complete, body.data.length]).toEqual([false, 50]);
    expect(body.data.every(({ document }: Entry) => document === null)).toBe(true);
    await cut.close();
  });

  it('are refused while as many histories are looked for as may be', async () => {
    const crowded = await serveTo({}, { searches: { searchesMax: 0 } });
    const { status, body, headers } = await crowded.get('/v1/orders/o-1/history');
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
    expect((await crowded.get('/v1/orders/o-2/history')).status, 'of a short one nothing is searched').toBe(200);
    await crowded.close();
  });
});
