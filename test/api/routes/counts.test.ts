/** What api.md promises of facets and stats, through the client and over HTTP. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { ReadModelClient, type Span, type SpanByCurrency } from '../../../api/client/index.js';
import { customer, order, orderLine, product } from '../documents.js';
import { type Holdings, memoryReader, serve, type TestServer } from '../server.js';

const category = 'Audio, Video & Multimedia';
const HOLDINGS: Holdings = {
  orders: [
    order('o-1', {
      ...{ status: 'paid', total: 500, paymentMethod: 'alipay', city: 'Xi’an, Shaanxi' },
      lines: [orderLine({ category }), orderLine({ lineId: '2', category })],
    }),
    order('o-2', { status: 'shipped', total: 300, currency: 'EUR', city: '' }),
    order('o-3', { status: 'cancelled', total: 9 }),
  ],
  products: [
    product('p-1', { category, brand: 'Black\\Decker', revenue30d: { CNY: 5 } }),
    product('p-2', { category: '', brand: 'a\\,b', tags: ['x,y', 'x', 'y'] }),
  ],
  customers: [customer('c-1', { level: 'gold, old', city: '\\' }), customer('c-2', { level: 'gold' })],
};

const value = fc.oneof(
  fc.constantFrom('', ' ', ',', '\\', '\\,', 'a,b', 'a', 'b', category),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);

describe('facets and stats', () => {
  let server: TestServer;
  let client: ReadModelClient;
  beforeAll(async () => {
    const reader = memoryReader(HOLDINGS);
    server = await serve({ elasticsearch: reader, mongodb: reader });
    client = new ReadModelClient({ baseUrl: server.url });
  });
  afterAll(() => server.close());

  it('tell values that can be asked back as they are told, commas and all', async () => {
    const { facets } = await client.orders.list({ facets: ['category', 'city', 'paymentMethod'] });
    expect(facets).toEqual({
      category: [
        { value: category, count: 1 },
        { value: 'things', count: 1 },
      ],
      city: [
        { value: '', count: 1 },
        { value: 'Xi’an, Shaanxi', count: 1 },
      ],
      paymentMethod: [{ value: 'alipay', count: 1 }],
    });
    const ids = async (parameters: Parameters<typeof client.orders.list>[0]) =>
      (await client.orders.list(parameters)).data.map(({ orderId }) => orderId);
    expect(await ids({ category })).toEqual(['o-1']);
    expect(await ids({ categoryNot: [category] })).toEqual(['o-2']);
    expect(await ids({ city: '' })).toEqual(['o-2']);
    expect(await ids({ paymentMethodNot: 'alipay', orderId: ['o-1', 'o-2'] })).toEqual(['o-2']);
    const escaped = encodeURIComponent(String.raw`Audio\, Video & Multimedia,none`);
    expect((await server.get(`/v1/orders?category=${escaped}`)).body.data).toHaveLength(1);
  });

  it('can be asked back whatever the values are, in every view', async () => {
    const shops = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shops, async (pairs) => {
        const reader = memoryReader({
          orders: pairs.map(([a, b], i) => order(`o-${i}`, { city: a, lines: [orderLine({ category: b })] })),
          products: pairs.map(([a, b], i) => product(`p-${i}`, { brand: a, tags: [a, b] })),
          customers: pairs.map(([a, b], i) => customer(`c-${i}`, { level: a, city: b })),
        });
        const shop = await serve({ elasticsearch: reader, mongodb: reader });
        const api = new ReadModelClient({ baseUrl: shop.url, retries: 0 });
        const views = [
          [api.orders, ['city', 'category']],
          [api.products, ['brand', 'tag']],
          [api.customers, ['level', 'city']],
        ] as const;
        try {
          for (const [list, names] of views) {
            const told = (await list.list({ facets: names } as object)).facets ?? {};
            for (const name of names) {
              const counts = (told as Record<string, readonly { value: string; count: number }[]>)[name] ?? [];
              expect(counts.length).toBeGreaterThan(0);
              for (const { value, count } of counts) {
                expect((await list.list({ [name]: value } as object)).total.value, `${name}=${value}`).toBe(count);
              }
              const all = counts.map(({ value }) => value);
              expect((await list.list({ [name]: all } as object)).total.value).toBe(pairs.length);
            }
          }
        } finally {
          await shop.close();
        }
      }),
      { numRuns: 25 },
    );
  });

  it('count with multiSelect what a front end with check boxes shows', async () => {
    const { facets, total } = await client.orders.list({ status: 'paid', facets: 'status', multiSelect: true });
    expect([total.value, facets?.status]).toEqual([
      1,
      [
        { value: 'paid', count: 1 },
        { value: 'shipped', count: 1 },
      ],
    ]);
  });

  it('tell the least and the greatest value, of money by currency', async () => {
    const { stats } = await client.orders.list({ stats: 'total' });
    expect(stats).toEqual({ total: { CNY: { min: 500, max: 500 }, EUR: { min: 300, max: 300 } } });
    const products = await client.products.list({ stats: ['sales30d', 'revenue30d'] });
    expect(products.stats).toEqual({ sales30d: { min: 0, max: 0 }, revenue30d: { CNY: { min: 5, max: 5 } } });
    expect((await server.get('/v1/customers')).body).not.toHaveProperty('stats');
    expectTypeOf<NonNullable<typeof products.stats>>().toEqualTypeOf<{
      readonly price?: SpanByCurrency;
      readonly sales30d?: Span;
      readonly salesLastMonth?: Span;
      readonly returnRate30d?: Span;
      readonly revenue30d?: SpanByCurrency;
      readonly revenueLastMonth?: SpanByCurrency;
    }>();
    // @ts-expect-error -- ids are not excluded
    void (() => client.orders.list({ orderIdNot: 'x' }));
    // @ts-expect-error -- ids are not counted
    void (() => client.orders.list({ facets: 'productId' }));
  });
});
