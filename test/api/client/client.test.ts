import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { ApiProblem, ApiTimeout, type Change, type ProblemCode, ReadModelClient } from '../../../api/client/index.js';
import type { ProblemCode as ServerProblemCode } from '../../../api/http/problems.js';
import { orderPage } from '../../../docs/examples/bff/order-page.js';
import { history } from '../../view-kit/history.js';
import { customer, order, orderLine, product } from '../documents.js';
import { traced } from '../events/traced.js';
import { memoryReader, serve, type TestServer } from '../server.js';

const shop = history('2026-11-20T10:00:00Z');
const PRODUCT = { name: '手机', category: 'phones', price: 100, currency: 'CNY' };

describe('the client, asking the API', () => {
  let server: TestServer;
  let client: ReadModelClient;
  const orders = Array.from({ length: 45 }, (_, i) =>
    order(`o-${String(i).padStart(2, '0')}`, {
      status: i % 9 === 0 ? 'cancelled' : 'paid',
      lines: [orderLine({ name: i === 7 ? '苹果手机' : 'Thing', quantity: 2, amount: 200 })],
    }),
  );

  beforeAll(async () => {
    const reader = memoryReader({ orders, products: [product('p-1')], customers: [customer('c-1')] });
    const events = await traced([shop('product.created', 'p-1', PRODUCT, { id: 'e/1 %' })]);
    server = await serve({ elasticsearch: reader, mongodb: reader, events });
    client = new ReadModelClient({ baseUrl: server.url });
  });
  afterAll(() => server.close());

  it('lists with parameters of the declared types', async () => {
    const page = await client.orders.list({ status: ['paid', 'cancelled'], sort: '-total', facets: 'status', size: 5 });
    expect(page.data).toHaveLength(5);
    expect(page.facets?.status).toEqual([
      { value: 'paid', count: 40 },
      { value: 'cancelled', count: 5 },
    ]);
    expect((await client.orders.list({ q: '苹果手机', highlight: true })).data[0]?.highlight).toEqual({
      'lines.name': ['<em>苹果手机</em>'],
    });
    expectTypeOf(client.orders.list).parameter(0).not.toExtend<{ brand: string } | undefined>();
    // @ts-expect-error -- no such status
    void (() => client.orders.list({ status: 'sold' }));
    // @ts-expect-error -- customers have no relevance
    void (() => client.customers.list({ sort: 'relevance' }));
    // @ts-expect-error -- lists leave it out
    void (async () => (await client.customers.list()).data[0]?.recentOrders);
  });

  it('goes through all pages', async () => {
    const ids: string[] = [];
    for await (const { orderId } of client.orders.all({ includeCancelled: true, size: 10 })) ids.push(orderId);
    expect(ids.sort()).toEqual(orders.map(({ orderId }) => orderId));
    const own: string[] = [];
    for await (const { orderId } of client.customers.allOrdersOf('c-1', { size: 7 })) own.push(orderId);
    expect(own).toHaveLength(40);
  });

  it('takes smaller pages where documents are too large for one answer, and goes on where it was', async () => {
    const text = '测'.repeat(7_000);
    const many = Array.from({ length: 30 }, (_, i) =>
      order(`o-${String(i).padStart(2, '0')}`, { total: i, lines: [orderLine({ name: i < 8 ? 'small' : text })] }),
    );
    const elasticsearch = memoryReader({ orders: many });
    const own = await serve({ elasticsearch, mongodb: elasticsearch, limits: { ANSWER_BYTES_MAX: 65_536 } });
    try {
      const walking = new ReadModelClient({ baseUrl: own.url });
      expect((await own.get('/v1/orders?size=8&sort=total')).status).toBe(200);
      const ids: string[] = [];
      for await (const { orderId } of walking.orders.all({ sort: 'total', size: 8 })) ids.push(orderId);
      expect(ids).toEqual(many.map(({ orderId }) => orderId));
      const byDefault: string[] = [];
      for await (const { orderId } of walking.orders.all({ sort: 'total' })) byDefault.push(orderId);
      expect(byDefault).toEqual(ids);
    } finally {
      await own.close();
    }
  });

  it('asks what became of an event, by its id, and where it is no longer remembered', async () => {
    const folded = { data: [{ eventId: 'e/1 %', outcome: 'folded', documents: ['products/p-1'] }], complete: true };
    expect(await client.events.get('e/1 %')).toMatchObject(folded);
    const aggregate = { name: 'products', id: 'p-1' } as const;
    expect(await client.events.get('e/1 %', { aggregate })).toMatchObject(folded);
    await expect(client.events.get('e-none')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('gets documents, returns what is known while it is unchanged, and tells those that are not there', async () => {
    const first = await client.products.get('p-1');
    expect(first.data.productId).toBe('p-1');
    expect(first.etag).not.toBeNull();
    expect(await client.products.get('p-1', { known: first })).toBe(first);
    expect(await client.products.find('p-none')).toBeNull();
    await expect(client.products.get('p-none')).rejects.toMatchObject({ code: 'not-found', status: 404 });
  });

  it('throws problems with what is wrong', async () => {
    const refused = client.orders.list({ size: -1, page: 0 });
    await expect(refused).rejects.toBeInstanceOf(ApiProblem);
    const problem = (await refused.catch((error: unknown) => error)) as ApiProblem;
    expect(problem.code).toBe('invalid-parameters');
    expect(problem.errors.map(({ parameter }) => parameter).sort()).toEqual(['page', 'size']);
    expect(problem.requestId).not.toBeNull();
  });

  it('knows every problem of the API', () => {
    expectTypeOf<ProblemCode>().toEqualTypeOf<ServerProblemCode>();
  });

  it('waits for events, and says when they did not come', async () => {
    const client = new ReadModelClient({ baseUrl: server.url, retries: 0 });
    const waitFor = { aggregate: 'orders', id: 'o/1 ü@;', sequence: 3 } as const;
    await expect(client.orders.list({}, { waitFor, waitMs: 20 })).rejects.toMatchObject({ code: 'wait-timeout' });
  });

  it('composes a page for a front end from one call', async () => {
    expect(await orderPage(client, 'o-07')).toEqual({
      title: 'Order o-07',
      status: 'paid',
      customer: 'Zhang San',
      total: '1.00 CNY',
      lines: [{ text: '2 × 苹果手机', amount: '2.00 CNY' }],
      notice: null,
    });
    expect(await orderPage(client, 'o-none')).toBeNull();
  });
});

describe('the client, when what answers is in trouble', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  const answers: Answer[] = [];
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answers.shift()?.(request, response);
  });
  let baseUrl = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    expect(answers, 'answers that were not asked for').toEqual([]);
    seen.length = 0;
    server.closeAllConnections();
  });
  afterAll(() => void server.close());

  const problem =
    (status: number, code: string, headers: Record<string, string> = {}): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
      response.end(JSON.stringify({ code, status, detail: 'no', instance: 'r-1' }));
    };
  const fine: Answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ data: [] }));
  };

  it('tries again after 429, 503 and broken connections', async () => {
    answers.push(
      problem(429, 'rate-limited', { 'Retry-After': '0' }),
      problem(503, 'overloaded'),
      (request) => request.socket.destroy(),
      fine,
    );
    expect(await new ReadModelClient({ baseUrl }).suggest('苹')).toEqual([]);
    expect(seen).toHaveLength(4);
  });

  it('waits as long as it is told, though not beyond its own limit', async () => {
    answers.push(problem(503, 'overloaded', { 'Retry-After': '3600' }));
    const client = new ReadModelClient({ baseUrl, timeoutMs: 100 });
    await expect(client.suggest('x')).rejects.toBeInstanceOf(ApiTimeout);
    expect(seen).toHaveLength(1);
  });

  it('gives up on a page of one document that is too large', async () => {
    for (const _ of [20, 10, 5, 2, 1]) answers.push(problem(422, 'answer-too-large'));
    const walking = new ReadModelClient({ baseUrl }).orders.all();
    await expect(walking.next()).rejects.toMatchObject({ code: 'answer-too-large' });
    expect(seen.map(({ url }) => url)).toEqual([
      '/v1/orders',
      ...[10, 5, 2, 1].map((size) => `/v1/orders?size=${size}`),
    ]);
  });

  it('gives up after its attempts, and at once where trying again does not help', async () => {
    answers.push(problem(503, 'not-ready', { 'Retry-After': '0' }), problem(503, 'not-ready', { 'Retry-After': '0' }));
    await expect(new ReadModelClient({ baseUrl, retries: 1 }).suggest('x')).rejects.toMatchObject({
      code: 'not-ready',
    });
    answers.push(problem(403, 'forbidden'));
    await expect(new ReadModelClient({ baseUrl }).suggest('x')).rejects.toMatchObject({ code: 'forbidden' });
    answers.push((_request, response) => response.writeHead(502).end('<html>'));
    await expect(new ReadModelClient({ baseUrl }).suggest('x')).rejects.toMatchObject({ code: 'unknown', status: 502 });
  });

  it('ends when it is cancelled, with the reason given', async () => {
    const controller = new AbortController();
    answers.push(() => controller.abort(new Error('the visitor has left')));
    await expect(new ReadModelClient({ baseUrl }).suggest('x', { signal: controller.signal })).rejects.toThrow(
      'the visitor has left',
    );
  });

  it('asks for its headers each time', async () => {
    let token = 0;
    const client = new ReadModelClient({
      baseUrl,
      headers: () => {
        token += 1;
        return { Authorization: `Bearer ${token}` };
      },
    });
    answers.push(problem(503, 'overloaded', { 'Retry-After': '0' }), fine);
    await client.suggest('x');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });

  it('follows changes over broken connections, from where it was', async () => {
    const stream =
      (text: string): Answer =>
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(text, () => response.destroy());
      };
    const changed = (id: string, name: string) =>
      `event: change\nid: ${id}\ndata: {"view":"products","id":"p-1","version":1,"document":{"name":"${name}"}}\n\n`;
    answers.push(
      stream(`retry: 1\n\nevent: ready\nid: a\ndata: {}\n\n:\n\n${changed('b', '苹果')}event: change\nid: c\nda`),
      problem(503, 'overloaded', { 'Retry-After': '0' }),
      stream(`${changed('c', '香蕉')}event: removed\nid: d\ndata: {"view":"products","id":"p-1"}\n\n`),
      problem(410, 'changes-expired'),
    );
    const received: Change[] = [];
    const following = async () => {
      for await (const change of new ReadModelClient({ baseUrl }).changes({ view: 'products' })) received.push(change);
    };
    await expect(following()).rejects.toMatchObject({ code: 'changes-expired' });
    expect(received).toMatchObject([
      { event: 'change', place: 'b', document: { name: '苹果' } },
      { event: 'change', place: 'c', document: { name: '香蕉' } },
      { event: 'removed', place: 'd', id: 'p-1' },
    ]);
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'b', 'b', 'd']);
    expect(seen[0]?.url).toBe('/v1/changes?view=products');
  });

  it('begins anew, where that is wanted, when its place is gone', async () => {
    answers.push(problem(410, 'changes-expired'), (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: removed\nid: a\ndata: {"view":"orders","id":"o-1"}\n\n');
    });
    const received: Change[] = [];
    for await (const change of new ReadModelClient({ baseUrl }).changes({}, { after: 'gone', beginAnew: true })) {
      received.push(change);
      if (change.event === 'removed') break;
    }
    expect(received).toMatchObject([
      { event: 'reset', place: '' },
      { event: 'removed', id: 'o-1' },
    ]);
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual(['gone', undefined]);
  });

  it('lets go of the stream when the caller stops listening', async () => {
    const closed = new Promise<void>((resolve) => {
      answers.push((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('event: removed\nid: a\ndata: {"view":"orders","id":"o-1"}\n\n');
        response.once('close', resolve);
      });
    });
    for await (const change of new ReadModelClient({ baseUrl }).changes()) {
      expect(change).toMatchObject({ event: 'removed', id: 'o-1' });
      break;
    }
    await closed;
  });
});
