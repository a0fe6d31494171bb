/** What a reader of customers finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../api/ports/documents.js';
import type { CustomerDocument } from '../../../mappings/views/customers/fields.js';
import { accepted } from '../asking.js';
import { customer } from '../documents.js';
import { filled, idsFound, type ReaderHarness, search, walk } from './harness.js';

const recent = {
  orderId: 'o-1',
  status: 'paid',
  placedAt: '2026-11-03T00:00:00.000Z',
  currency: 'CNY',
  total: 1,
  itemCount: 1,
  lineCount: 0,
  lines: [],
} as const;

const customers: Readonly<Record<string, CustomerDocument>> = Object.fromEntries(
  [
    customer('c-1', {
      name: '王小明',
      level: 'gold',
      lastOrderAt: '2026-11-03T00:00:00.000Z',
      orderCount: 3,
      recentOrders: [recent],
    }),
    customer('c-2', { name: 'Jane Doe', city: '上海', lastOrderAt: null, totalSpent: { EUR: 900 } }),
    customer('c-3', {
      name: "Conan O'Brien-Smith",
      level: 'gold',
      lastOrderAt: '2026-11-01T00:00:00.000Z',
      orderCount: 1,
      totalSpent: { CNY: 9007199254740991 },
      registeredAt: '2026-10-01T00:00:00.000Z',
    }),
    customer('c-4', {
      name: 'jane 小王',
      lastOrderAt: '2026-11-02T00:00:00.000Z',
      orderCount: 1,
      totalSpent: { CNY: 5, EUR: 1 },
    }),
    customer('c-5', { name: '🍎 ～', lastOrderAt: null }),
  ].map((document) => [document.customerId, document]),
);

export function customersContract(open: () => Promise<ReaderHarness>): void {
  describe('finding customers', () => {
    let harness: ReaderHarness;
    let set: DocumentSet;
    beforeAll(async () => {
      harness = await open();
      set = await filled(harness, 'customers', customers);
    });
    afterAll(() => harness.close());

    it.each([
      ['', ['c-1', 'c-4', 'c-3', 'c-2', 'c-5']],
      ['level=gold', ['c-1', 'c-3']],
      ['city=上海&level=gold', []],
      ['city=$exists', []],
      ['orderCountMin=1&orderCountMax=1', ['c-4', 'c-3']],
      ['totalSpentMin=1', ['c-4', 'c-3']],
      ['customerId=c-3,c-1,C-2', ['c-1', 'c-3']],
      ['levelNot=gold', ['c-4', 'c-2', 'c-5']],
      ['cityNot=上海', ['c-1', 'c-4', 'c-3', 'c-5']],
      ['city=上海&cityNot=上海', []],
      ['totalSpentMax=0', ['c-1', 'c-2', 'c-5']],
      ['lastOrderFrom=2026-11-01T00:00:00Z&lastOrderTo=2026-11-03T00:00:00Z', ['c-4', 'c-3']],
      ['lastOrderTo=9999-12-31T00:00:00Z', ['c-1', 'c-4', 'c-3']],
      ['registeredTo=2026-10-01T00:00:00.0001Z', ['c-3']],
    ])('finds by %s, the latest order first', async (query, ids) => {
      expect(await idsFound(harness, set, query)).toEqual(ids);
    });

    it.each([
      ['lastOrderAt', ['c-3', 'c-4', 'c-1', 'c-2', 'c-5']],
      ['-lastOrderAt', ['c-1', 'c-4', 'c-3', 'c-2', 'c-5']],
      ['-orderCount', ['c-1', 'c-3', 'c-4', 'c-2', 'c-5']],
      ['-totalSpent', ['c-3', 'c-4', 'c-1', 'c-2', 'c-5']],
      ['name', ['c-3', 'c-2', 'c-4', 'c-1', 'c-5']],
      ['-name', ['c-5', 'c-1', 'c-4', 'c-2', 'c-3']],
      ['registeredAt,-orderCount', ['c-3', 'c-1', 'c-4', 'c-2', 'c-5']],
    ])('sorts by %s and pages in that order', async (sort, ids) => {
      expect(await idsFound(harness, set, `sort=${sort}`)).toEqual(ids);
      expect(await walk(harness, set, `sort=${sort}`, 1)).toEqual(ids);
      expect(await walk(harness, set, `sort=${sort}`, 2)).toEqual(ids);
    });

    it.each([
      ['王', ['c-1', 'c-4']],
      ['小明', ['c-1']],
      ['王明', []],
      ['jane', ['c-2', 'c-4']],
      ['DOE Jane', ['c-2']],
      ["o'brien", ['c-3']],
      ['brien-smith', ['c-3']],
      ['smith-brien', []],
      ['O’Brien–Smith', ['c-3']],
      ['obrien', ['c-3']],
      ['brien-smithson', []],
      ['rien-smith', []],
      ['jan', ['c-2', 'c-4']],
      ['j', []],
      ['c-4', ['c-4']],
      ['C-4 jane', ['c-4']],
      ['c-', []],
      ['🍎', ['c-5']],
      ['～', []],
      ['王 jane', ['c-4']],
      ['.*', []],
      ['^jane$', ['c-2', 'c-4']],
      ['(Jane)', ['c-2', 'c-4']],
    ])('finds the words %s', async (q, ids) => {
      expect(
        await idsFound(harness, set, `q=${encodeURIComponent(q)}&sort=totalSpent,name`).then((found) => found.sort()),
      ).toEqual(ids);
    });

    it('fetches recent orders only when they are named', async () => {
      expect((await search(harness, set, 'level=gold&size=1')).documents[0]).not.toHaveProperty('recentOrders');
      const { documents } = await search(harness, set, 'level=gold&size=1&fields=recentOrders');
      expect(documents[0]).toMatchObject({ recentOrders: [recent] });
    });

    it('tells the least and the greatest value, of money by currency', async () => {
      const asked = 'stats=totalSpent,orderCount&size=1';
      expect((await search(harness, set, asked)).stats).toEqual({
        totalSpent: { CNY: { min: 5, max: 9007199254740991 }, EUR: { min: 1, max: 900 } },
        orderCount: { min: 0, max: 3 },
      });
      expect((await search(harness, set, `${asked}&level=none`)).stats).toEqual({
        ...{ totalSpent: {}, orderCount: { min: null, max: null } },
      });
    });

    it('counts a customer once per value of a list, and what the facet’s own filter leaves out', async () => {
      const recentOf = (...currencies: string[]) =>
        currencies.map((currency, i) => ({ ...recent, orderId: `o-${i}`, currency }));
      const one = await filled(harness, 'customers', {
        a: customer('a', { level: 'gold', city: 'x', recentOrders: recentOf('CNY', 'CNY', 'EUR') }),
        b: customer('b', { level: 'silver', city: 'x', recentOrders: recentOf('CNY') }),
        c: customer('c', { level: null, city: 'y' }),
      });
      // No filter of customers is by a list: what is counted is named here.
      const { query } = accepted('customers', '');
      const facets = [{ name: 'currency', field: 'recentOrders.currency', conditions: query.conditions }];
      expect((await harness.reader.search(one, { ...query, facets })).facets.currency).toEqual([
        { value: 'CNY', count: 2 },
        { value: 'EUR', count: 1 },
      ]);
      const chosen = await search(harness, one, 'customerId=a,b&level=gold&facets=level,city&multiSelect=true');
      expect([chosen.total.value, chosen.facets]).toEqual([
        1,
        {
          level: ['gold', 'silver'].map((value) => ({ value, count: 1 })),
          city: [{ value: 'x', count: 1 }],
        },
      ]);
    });

    it('counts the values of facets', async () => {
      const { facets } = await search(harness, set, 'facets=level,city&size=1');
      expect(facets).toEqual({ level: [{ value: 'gold', count: 2 }], city: [{ value: '上海', count: 1 }] });
    });
  });
}
