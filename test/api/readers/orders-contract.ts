/** What a reader of orders finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../api/ports/documents.js';
import type { OrderDocument } from '../../../mappings/views/orders/fields.js';
import { order, orderLine } from '../documents.js';
import { filled, idsFound, type ReaderHarness, search, walk } from './harness.js';

const of = (name: string, level: string | null = null, customerId = 'c-1') => ({
  customerId,
  name,
  level,
  city: null,
  deleted: false,
});

const orders: Readonly<Record<string, OrderDocument>> = Object.fromEntries(
  [
    order('O-1', { total: 300, city: '上海', placedAt: '2026-11-03T00:00:00.000Z', customer: of('王小明', 'gold') }),
    order('o-2', {
      total: 100,
      city: 'Beijing',
      status: 'shipped',
      trackingNo: 'SF-0042/7',
      paymentMethod: 'card',
      placedAt: '2026-11-02T00:00:00.001Z',
      customer: of('Jane Doe', null, 'c-2'),
      lines: [
        orderLine({ productId: 'p-2', name: '苹果手机', category: 'phones' }),
        orderLine({ lineId: '2', category: 'cases' }),
      ],
    }),
    order('o-3', { total: 200, status: 'cancelled', placedAt: '2026-11-02T00:00:00.000Z', currency: 'EUR' }),
    order('o-4', { total: 9007199254740991, status: 'rejected', placedAt: '2026-11-01T00:00:00.000Z' }),
    order('o-5', { total: 0, status: null, placedAt: null, currency: null, lines: [] }),
  ].map((document) => [document.orderId, document]),
);

export function ordersContract(open: () => Promise<ReaderHarness>): void {
  describe('finding orders', () => {
    let harness: ReaderHarness;
    let set: DocumentSet;
    beforeAll(async () => {
      harness = await open();
      set = await filled(harness, 'orders', orders);
    });
    afterAll(() => harness.close());

    const all = 'includeCancelled=true';

    it.each([
      ['', ['O-1', 'o-2', 'o-5']],
      [all, ['O-1', 'o-2', 'o-3', 'o-4', 'o-5']],
      ['status=cancelled,shipped', ['o-2', 'o-3']],
      [`customerId=c-2&${all}`, ['o-2']],
      ['productId=p-2&productId=p-9', ['o-2']],
      ['category=cases', ['o-2']],
      [`currency=EUR&${all}`, ['o-3']],
      ['city=上海,Beijing', ['O-1', 'o-2']],
      ['city=beijing', []],
      ['level=gold', ['O-1']],
      ['level=gold&city=Beijing', []],
      ['city=*', []],
      [`orderId=o-3,O-1,o-9&${all}`, ['O-1', 'o-3']],
      ['orderId=o-3', []],
      ['orderId=o-1', []],
      ['statusNot=paid', ['o-2', 'o-5']],
      ['status=paid,cancelled&statusNot=paid', ['o-3']],
      [`categoryNot=cases&${all}`, ['O-1', 'o-3', 'o-4', 'o-5']],
      [`currencyNot=CNY&${all}`, ['o-3', 'o-5']],
      ['city=上海,Beijing&cityNot=上海', ['o-2']],
      ['levelNot=gold', ['o-2', 'o-5']],
      ['paymentMethod=wechat,card', ['o-2']],
      ['paymentMethodNot=card', ['O-1', 'o-5']],
    ])('filters by %s', async (query, ids) => {
      expect(await idsFound(harness, set, query)).toEqual(ids);
    });

    it.each([
      ['totalMin=100&totalMax=200', ['o-2', 'o-3']],
      ['totalMin=9007199254740991', ['o-4']],
      ['totalMax=9007199254740990&totalMin=201', ['O-1']],
      ['totalMin=2&totalMax=1', []],
      ['placedFrom=2026-11-02T00:00:00.000Z', ['O-1', 'o-2', 'o-3']],
      ['placedFrom=2026-11-02T00:00:00.0001Z', ['O-1', 'o-2']],
      ['placedTo=2026-11-02T00:00:00.001Z', ['o-3', 'o-4']],
      ['placedTo=2026-11-02T00:00:00.0001Z', ['o-3', 'o-4']],
      ['placedFrom=2026-11-02T08:00:00%2B08:00&placedTo=2026-11-02T08:00:00.001%2B08:00', ['o-3']],
      ['placedFrom=0000-01-01T00:00:00Z&placedTo=9999-12-31T23:59:59Z', ['O-1', 'o-2', 'o-3', 'o-4']],
    ])('finds by range %s', async (query, ids) => {
      expect(await idsFound(harness, set, `${query}&${all}`)).toEqual(ids);
    });

    it.each([
      ['total', ['o-5', 'o-2', 'o-3', 'O-1', 'o-4']],
      ['-total', ['o-4', 'O-1', 'o-3', 'o-2', 'o-5']],
      ['placedAt', ['o-4', 'o-3', 'o-2', 'O-1', 'o-5']],
      ['-placedAt', ['O-1', 'o-2', 'o-3', 'o-4', 'o-5']],
      ['status', ['o-3', 'O-1', 'o-4', 'o-2', 'o-5']],
      ['-status', ['o-2', 'o-4', 'O-1', 'o-3', 'o-5']],
      ['updatedAt,-total', ['o-4', 'O-1', 'o-3', 'o-2', 'o-5']],
    ])('sorts by %s, what is missing last, and pages in that order', async (sort, ids) => {
      const query = `sort=${sort}&${all}`;
      expect(await idsFound(harness, set, query)).toEqual(ids);
      expect(await walk(harness, set, query, 1)).toEqual(ids);
      expect(await walk(harness, set, query, 2)).toEqual(ids);
    });

    it.each([
      ['o-1', ['O-1']],
      ['O-2', ['o-2']],
      ['苹果', ['o-2']],
      ['手机', ['o-2']],
      ['果手', ['o-2']],
      ['苹手', []],
      ['小明', ['O-1']],
      ['JANE', ['o-2']],
      ['doe jane', ['o-2']],
      ['jane 苹果', ['o-2']],
      ['jane 小明', []],
      ['o-1 小明', ['O-1']],
      ['O-2 jane', ['o-2']],
      ['sf-0042/7', ['o-2']],
      ['0042', []],
      ['C-2', ['o-2']],
      ['p-2', ['o-2']],
      ['p-2 doe', ['o-2']],
      ['p', []],
      ['o-', []],
      ['ja', ['o-2']],
      ['*', []],
      ['jane - doe', ['o-2']],
      ['"', []],
    ])('finds the words %s', async (q, ids) => {
      expect(await idsFound(harness, set, `q=${encodeURIComponent(q)}`)).toEqual(ids);
    });

    it('counts an order once per category of its lines, and takes its own city and its customer’s level', async () => {
      const lines = ['a', 'a', 'b'].map((category) => orderLine({ category }));
      const buyer = { customerId: 'c-1', name: null, level: 'gold', city: '广州', deleted: false };
      const one = await filled(harness, 'orders', { x: order('x', { lines, customer: buyer, city: '上海' }) });
      expect((await search(harness, one, 'facets=category,level,city')).facets).toEqual({
        category: ['a', 'b'].map((value) => ({ value, count: 1 })),
        level: [{ value: 'gold', count: 1 }],
        city: [{ value: '上海', count: 1 }],
      });
      expect(await idsFound(harness, one, 'city=广州')).toEqual([]);
    });

    it('counts what the filter of a facet itself leaves out, with multiSelect', async () => {
      const one = await filled(harness, 'orders', {
        a: order('a', { status: 'paid', city: 'x', placedAt: '2026-11-01T00:00:00.000Z' }),
        b: order('b', { status: 'paid', city: 'y' }),
        c: order('c', { status: 'shipped', city: 'x' }),
        d: order('d', { status: 'cancelled', city: 'x' }),
        e: order('e', { status: 'rejected', city: 'x' }),
        gone: null,
      });
      const counted = async (query: string) => {
        const { facets, total, documents } = await search(harness, one, `${query}&facets=status,city&size=1`);
        const counts = Object.entries(facets).map(([name, values]) => [
          name,
          Object.fromEntries(values.map(({ value, count }) => [String(value), count])),
        ]);
        return { ...Object.fromEntries(counts), total: total.value, found: documents.length };
      };
      const chosen = 'status=paid&city=x';
      expect(await counted(chosen)).toEqual({ status: { paid: 1 }, city: { x: 1 }, total: 1, found: 1 });
      const shown = { status: { paid: 1, shipped: 1 }, city: { x: 1, y: 1 }, total: 1, found: 1 };
      expect(await counted(`${chosen}&multiSelect=true`)).toEqual(shown);
      expect(await counted('status=cancelled&city=x&multiSelect=true')).toEqual({
        ...{ status: { paid: 1, shipped: 1, cancelled: 1 }, city: { x: 1 }, total: 1, found: 1 },
      });
      expect(await counted('statusNot=paid&cityNot=y&multiSelect=true')).toEqual({
        ...{ status: { paid: 1, shipped: 1 }, city: { x: 1 }, total: 1, found: 1 },
      });
      expect(await counted('q=thing&statusNot=paid&multiSelect=true&total=exact&includeCancelled=true')).toEqual({
        ...{ status: { paid: 2, shipped: 1, cancelled: 1, rejected: 1 }, city: { x: 3 }, total: 3, found: 1 },
      });
      expect(await walk(harness, one, `${chosen},y&facets=status&multiSelect=true`, 1)).toEqual(['b', 'a']);
    });

    it('tells the least and the greatest total of each currency, over the whole result', async () => {
      const stats = async (query: string) => (await search(harness, set, `stats=total&size=1&${query}`)).stats;
      expect(await stats(all)).toEqual({
        total: { CNY: { min: 100, max: 9007199254740991 }, EUR: { min: 200, max: 200 } },
      });
      expect(await stats('')).toEqual({ total: { CNY: { min: 100, max: 300 } } });
      expect(await stats('city=nowhere')).toEqual({ total: {} });
      const narrowed = await search(harness, set, 'stats=total&city=上海&facets=city&multiSelect=true');
      expect(narrowed.stats).toEqual({ total: { CNY: { min: 300, max: 300 } } });
      expect(narrowed.facets.city).toHaveLength(2);
      const odd = await filled(harness, 'orders', { x: order('x', { currency: '__proto__', total: 7 }) });
      const told = (await search(harness, odd, 'stats=total')).stats.total;
      expect(Object.entries(told ?? {})).toEqual([['__proto__', { min: 7, max: 7 }]]);
    });

    it('orders what fits equally well by the newest', async () => {
      const day = (n: number) => ({ placedAt: `2026-11-0${n}T00:00:00.000Z` });
      const one = await filled(harness, 'orders', {
        a: order('a', day(1)),
        b: order('b', day(3)),
        c: order('c', day(2)),
      });
      expect(await idsFound(harness, one, 'q=thing')).toEqual(['b', 'c', 'a']);
    });

    it('counts the values of facets over the whole result', async () => {
      const { facets } = await search(harness, set, `facets=status,category&size=1&${all}`);
      expect(facets).toEqual({
        status: ['cancelled', 'paid', 'rejected', 'shipped'].map((value) => ({ value, count: 1 })),
        category: [
          { value: 'things', count: 3 },
          { value: 'cases', count: 1 },
          { value: 'phones', count: 1 },
        ],
      });
    });
  });
}
