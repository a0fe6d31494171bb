/** Questions that an application asks, from Kafka to the answer. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answers, type Document, ID_FIELDS } from './answers.js';
import { expectConvergence } from './convergence.js';
import { created, event, generated, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const system = systemFor('api');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector();
  answers = await system().startApi();
  const { publisher } = system();
  await publisher.publish([
    registered('c-a', '王芳'),
    registered('c-b', 'Ann Lee'),
    created('p-a', '苹果手机'),
    created('p-b', 'Banana phone'),
    created('p-c', '水果苹'),
    // No product of the generated shop has these characters.
    created('p-d', '苹果绒手筒'),
    placed('o-open', 'c-a', 'p-a'),
    placed('o-cancelled', 'c-a', 'p-a'),
    event('order.cancelled', 'o-cancelled', 2, { reason: '不想要了' }),
    placed('o-rejected', 'c-a', 'p-b'),
    event('order.inventory_rejected', 'o-rejected', 2, { reason: 'out of stock' }),
    placed('o-other', 'c-b', 'p-b'),
    ...generated({ seed: 'api', customers: 20, products: 15, orders: 120 }),
  ]);
  await expectConvergence(answers, publisher.events);
});

const idsOf = (documents: readonly Document[], view: keyof typeof ID_FIELDS) =>
  documents.map((document) => document[ID_FIELDS[view]]);

describe('cancelled and rejected orders', () => {
  it('are hidden from lists unless they are asked for', async () => {
    const listed = async (query: string) =>
      idsOf(await answers.pages(`orders?customerId=c-a&sort=placedAt${query}`), 'orders');
    expect(await listed('')).toEqual(['o-open']);
    expect(await listed('&includeCancelled=true')).toEqual(['o-open', 'o-cancelled', 'o-rejected']);
    expect(await listed('&status=cancelled')).toEqual(['o-cancelled']);
    expect(await listed('&status=pending,rejected')).toEqual(['o-open', 'o-rejected']);
  });

  it('are there by id and in the counters and newest orders of their customer', async () => {
    expect(await answers.document('orders', 'o-cancelled')).toMatchObject({
      status: 'cancelled',
      cancelReason: '不想要了',
    });
    const customer = await answers.document('customers', 'c-a');
    expect(customer).toMatchObject({ orderCount: 3, openOrders: 1, cancelledOrders: 1 });
    expect(customer?.recentOrders).toHaveLength(3);
  });
});

describe('full text', () => {
  it('finds Chinese by consecutive characters', async () => {
    const found = async (q: string) =>
      idsOf((await answers.list(`products?q=${encodeURIComponent(q)}&size=100`)).data, 'products');
    expect(await found('苹果')).toContain('p-a');
    expect(await found('苹果')).not.toContain('p-c');
    expect(await found('果绒手')).toEqual(['p-d']);
    expect(await found('绒果手')).toEqual([]);
    expect(await found('BANANA')).toEqual(['p-b']);
  });

  it('finds orders by the names of their customer and products, and by their whole id', async () => {
    const found = async (q: string) =>
      idsOf((await answers.list(`orders?q=${encodeURIComponent(q)}&customerId=c-a,c-b`)).data, 'orders');
    expect(await found('苹果手机')).toEqual(['o-open']);
    expect(await found('ann banana')).toEqual(['o-other']);
    expect(await found('O-OPEN')).toEqual(['o-open']);
  });
});

describe('paging by cursor', () => {
  it('gives every document once while others change', async () => {
    const { publisher } = system();
    const before = await answers.everything('orders');
    let changes = 0;
    // A change of the first customer rewrites orders all over the list, without moving them.
    const change = async () => {
      changes += 1;
      await publisher.publish([event('customer.updated', 'c-1', 1000 + changes, { level: `level-${changes}` })]);
      await answers.caughtUp();
    };
    const ids = idsOf(
      await answers.pages('orders?size=25&includeCancelled=true&sort=-total,placedAt', change),
      'orders',
    );
    expect(changes).toBeGreaterThan(3);
    expect([...ids].sort()).toEqual([...before.keys()].sort());
    await expectConvergence(answers, publisher.events);
  });

  it('sees the same order as paging by number', async () => {
    const paged: unknown[] = [];
    for (let page = 1; ; page += 1) {
      const { data } = await answers.list(`customers?sort=name&size=7&page=${page}`);
      if (data.length === 0) break;
      paged.push(...idsOf(data, 'customers'));
    }
    expect(paged).toEqual(idsOf(await answers.pages('customers?sort=name&size=5'), 'customers'));
    expect(paged).toHaveLength((await answers.everything('customers')).size);
  });
});

describe("a customer's orders", () => {
  it('are those of the list, under the same rules', async () => {
    const own = async (query: string) => idsOf((await answers.list(`customers/c-a/orders${query}`)).data, 'orders');
    expect(await own('')).toEqual(['o-open']);
    expect(await own('?includeCancelled=true&sort=placedAt')).toEqual(['o-open', 'o-cancelled', 'o-rejected']);
    expect(await own('?productId=p-b&includeCancelled=true')).toEqual(['o-rejected']);
  });
});

describe('what is not there', () => {
  it.each(['orders/o-none', 'products/p-none', 'customers/c-none', 'customers/c-none/orders', 'nothing'])(
    'is a problem with status 404: /v1/%s',
    async (path) => {
      const { status, headers, body } = await answers.get(`/v1/${path}`);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body).toMatchObject({
        status: 404,
        title: expect.any(String),
        detail: expect.any(String),
        code: expect.any(String),
      });
    },
  );
});

describe('freshness', () => {
  it('grows while no projector runs, and is 0 again when one has caught up', async () => {
    const { publisher } = system();
    await answers.caughtUp();
    expect((await answers.list('orders')).freshness).toMatchObject({ lagEvents: 0, lagMs: 0 });
    await system().stopProjectors();
    await publisher.publish([registered('c-late-1', 'Ann'), registered('c-late-2', 'Ann'), created('p-late', 'Tea')]);
    const { freshness } = await answers.list('orders');
    expect(freshness.lagEvents).toBe(3);
    expect(freshness.lagMs).toBeGreaterThan(0);
    await system().startProjector();
    await expectConvergence(answers, publisher.events);
  });
});
