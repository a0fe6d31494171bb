/** What api.md promises of lists, as they are answered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import { customer, order } from '../documents.js';
import { memoryReader, serve, type TestServer } from '../server.js';

const orders = [
  ...Array.from({ length: 105 }, (_, i) => order(`o-${String(i).padStart(3, '0')}`, { city: i < 3 ? '上海' : null })),
  order('gone', { status: 'cancelled' }),
];
const reader = memoryReader({ orders, customers: [customer('c-1', { name: 'Jane <Doe>' })] });

describe('a list', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ elasticsearch: reader, mongodb: reader });
  });
  afterAll(() => server.close());

  it('has 100 items at most, and says so', async () => {
    const { body } = await server.get('/v1/orders?size=500');
    expect(body.page.size).toBe(100);
    expect(body.data).toHaveLength(100);
    const rest = await server.get(`/v1/orders?size=1000&cursor=${body.page.next}`);
    expect([rest.body.page, rest.body.data.length]).toEqual([{ size: 100, number: null, next: null }, 5]);
  });

  it('counts facets over the whole result, a document once per value', async () => {
    const { body } = await server.get('/v1/orders?size=1&facets=city,category&total=exact');
    expect(body.facets).toEqual({
      city: [{ value: '上海', count: 3 }],
      category: [{ value: 'things', count: 105 }],
    });
    expect(body.total).toEqual({ value: 105, relation: 'eq' });
    expect((await server.get('/v1/orders?facets=customerId')).status).toBe(400);
  });

  it('hides cancelled orders, which are still there by their id', async () => {
    expect((await server.get('/v1/orders/gone')).body.data.status).toBe('cancelled');
    expect((await server.get('/v1/orders?includeCancelled=true&total=exact')).body.total.value).toBe(106);
    expect((await server.get('/v1/orders?status=cancelled')).body.data).toHaveLength(1);
  });

  it('shows where words occur, whatever fields are named', async () => {
    const { body } = await server.get('/v1/orders?q=thing&highlight=true&fields=total&size=1');
    expect(body.data).toEqual([{ orderId: 'o-000', total: 100, highlight: { 'lines.name': ['<em>Thing</em>'] } }]);
    const customers = await server.get('/v1/customers?q=doe&highlight=true');
    expect(customers.body.data[0]).toMatchObject({ highlight: { name: ['Jane &lt;<em>Doe</em>&gt;'] } });
    expect(customers.body.data[0]).not.toHaveProperty('recentOrders');
    expect((await server.get('/v1/customers/c-1/orders?q=thing&highlight=true&size=1')).body.data[0].highlight).toEqual(
      {
        'lines.name': ['<em>Thing</em>'],
      },
    );
  });

  it('says why it does not', async () => {
    const { status, body } = await server.get('/v1/orders?highlight=true');
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ parameter: 'highlight', message: expect.stringContaining('q') }]);
    expect((await server.get('/v1/orders?q=thing')).body.data[0]).not.toHaveProperty('highlight');
  });

  it("cannot do so for a customer's orders while their store is down", async () => {
    const fails = async () => Promise.reject(new StoreUnavailable('elasticsearch', { cause: 'down' }));
    const down = await serve({ elasticsearch: { search: fails, get: fails, ping: fails }, mongodb: reader });
    expect(await down.get('/v1/customers/c-1/orders?q=thing&highlight=true')).toMatchObject({
      status: 503,
      body: { code: 'degraded-unsupported' },
    });
    await down.close();
  });

  it('links on by cursor where page numbers end, and back by page', async () => {
    const far = await server.get('/v1/orders?size=2&page=5000');
    expect(far.status).toBe(200);
    const { headers, body } = await server.get('/v1/orders?size=50&page=2');
    expect(headers.get('link')).toBe(
      [
        '</v1/orders?size=50&page=3>; rel="next"',
        '</v1/orders?size=50&page=1>; rel="first"',
        '</v1/orders?size=50&page=1>; rel="prev"',
      ].join(', '),
    );
    expect(body.page.number).toBe(2);
    const last = await server.get(`/v1/orders?size=50&cursor=${body.page.next}`);
    expect(last.body.page).toEqual({ size: 50, number: null, next: null });
    expect(last.headers.get('link')).toBe('</v1/orders?size=50>; rel="first"');
  });
});
