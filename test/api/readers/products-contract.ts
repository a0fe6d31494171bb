/** What a reader of products finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../api/ports/documents.js';
import type { ProductDocument } from '../../../mappings/views/products/fields.js';
import { product } from '../documents.js';
import { filled, idsFound, type ReaderHarness, search, walk } from './harness.js';

const products: Readonly<Record<string, ProductDocument>> = Object.fromEntries(
  [
    product('p-1', {
      name: '苹果手机',
      brand: 'Apple',
      category: 'phones',
      tags: ['5G', 'new'],
      price: 699900,
      sales30d: 5,
      salesLastMonth: 3,
      revenue30d: { CNY: 500, EUR: 40 },
      revenueLastMonth: { CNY: 9007199254740991 },
    }),
    product('p-2', {
      name: 'Pineapple juice',
      description: 'not an apple',
      category: 'drinks',
      tags: ['sale'],
      sales30d: 9,
      revenue30d: { CNY: 900 },
      revenueLastMonth: { EUR: 7, USD: 3 },
    }),
    product('p-3', { name: 'Apple', category: 'fruit', price: 0, onShelf: false, returnRate30d: 0.1, sales30d: 2 }),
    product('p-4', {
      name: 'Applesauce',
      category: 'food',
      price: null,
      onShelf: null,
      returnRate30d: 0.3333333333333333,
    }),
    product('p-5', { name: null, category: null, description: 'wine glass, "crystal" (new)', currency: 'EUR' }),
  ].map((document) => [document.productId, document]),
);

export function productsContract(open: () => Promise<ReaderHarness>): void {
  describe('finding products', () => {
    let harness: ReaderHarness;
    let set: DocumentSet;
    beforeAll(async () => {
      harness = await open();
      set = await filled(harness, 'products', products);
    });
    afterAll(() => harness.close());

    it.each([
      ['category=phones,fruit', ['p-1', 'p-3']],
      ['brand=Apple', ['p-1']],
      ['tag=new,sale', ['p-2', 'p-1']],
      ['onShelf=false', ['p-3']],
      ['onShelf=true,false', ['p-2', 'p-1', 'p-3', 'p-5']],
      ['currency=EUR', ['p-5']],
      ['priceMin=0&priceMax=100', ['p-2', 'p-3', 'p-5']],
      ['returnRate30dMin=0.1', ['p-3', 'p-4']],
      ['salesLastMonthMin=1', ['p-1']],
      ['salesLastMonthMax=2', ['p-2', 'p-3', 'p-4', 'p-5']],
      ['revenue30dMin=1', ['p-2', 'p-1']],
      ['revenue30dMax=899', ['p-1', 'p-3', 'p-4', 'p-5']],
      ['revenueLastMonthMin=1', ['p-1']],
      ['revenueLastMonthMax=0', ['p-2', 'p-3', 'p-4', 'p-5']],
      ['productId=p-4,p-1,P-2', ['p-1', 'p-4']],
      ['categoryNot=phones,drinks', ['p-3', 'p-4', 'p-5']],
      ['brandNot=Apple', ['p-2', 'p-3', 'p-4', 'p-5']],
      ['tag=new,sale&tagNot=5G', ['p-2']],
      ['onShelfNot=false', ['p-2', 'p-1', 'p-4', 'p-5']],
      ['currencyNot=CNY', ['p-5']],
      ['returnRate30dMin=0.1&returnRate30dMax=0.333333333333333', ['p-3']],
    ])('filters by %s, best sold first', async (query, ids) => {
      expect(await idsFound(harness, set, query)).toEqual(ids);
    });

    it.each([
      ['price', ['p-3', 'p-2', 'p-5', 'p-1', 'p-4']],
      ['-price', ['p-1', 'p-2', 'p-5', 'p-3', 'p-4']],
      ['name', ['p-3', 'p-4', 'p-2', 'p-1', 'p-5']],
      ['-name', ['p-1', 'p-2', 'p-4', 'p-3', 'p-5']],
      ['-returnRate30d', ['p-4', 'p-3', 'p-1', 'p-2', 'p-5']],
      ['-revenue30d', ['p-2', 'p-1', 'p-3', 'p-4', 'p-5']],
      ['-revenueLastMonth', ['p-1', 'p-2', 'p-3', 'p-4', 'p-5']],
      ['revenueLastMonth,-price', ['p-2', 'p-5', 'p-3', 'p-4', 'p-1']],
    ])('sorts by %s, what is missing last, and pages in that order', async (sort, ids) => {
      expect(await walk(harness, set, `sort=${sort}`, 2)).toEqual(ids);
      expect(await idsFound(harness, set, `sort=${sort}`)).toEqual(ids);
    });

    it('finds the best first: names, then brands, then descriptions, then what only begins like it', async () => {
      const expected = ['p-3', 'p-1', 'p-2', 'p-4'];
      expect(await idsFound(harness, set, 'q=apple')).toEqual(expected);
      expect(await walk(harness, set, 'q=apple', 1)).toEqual(expected);
    });

    it.each([
      ['5g', ['p-1']],
      ['PHONES', ['p-1']],
      ['glass wine', ['p-5']],
      ['"crystal"', ['p-5']],
      ['new', ['p-1', 'p-5']],
      ['苹果 apple', ['p-1']],
      ['苹果 wine', []],
    ])('finds the words %s', async (q, ids) => {
      expect((await idsFound(harness, set, `q=${encodeURIComponent(q)}&sort=-sales30d`)).sort()).toEqual(ids);
    });

    it.each(['name', '-name', 'price', '-price', 'createdAt', '-createdAt'])(
      'pages by %s through many without a value, which come last, by id',
      async (sort) => {
        const without = Object.fromEntries(
          ['n-1', 'n-2', 'n-3'].map((id) => [id, product(id, { name: null, price: null, createdAt: null })]),
        );
        const one = await filled(harness, 'products', { z: product('z'), ...without });
        expect(await walk(harness, one, `sort=${sort}`, 1)).toEqual(['z', 'n-1', 'n-2', 'n-3']);
      },
    );

    it('sorts names by code point', async () => {
      const names = ['10', '9', 'B', 'a', 'é', '果', '\uFF5E', '\u{1F34E}'];
      const one = await filled(
        harness,
        'products',
        names.map((name, i) => [`p-${9 - i}`, product(`p-${9 - i}`, { name })] as const),
      );
      const { documents } = await search(harness, one, 'sort=name');
      expect(documents.map((document) => (document as ProductDocument).name)).toEqual(names);
    });

    it('tells the least and the greatest value, of money by currency', async () => {
      const asked = 'stats=price,sales30d,returnRate30d,revenue30d,revenueLastMonth&size=1';
      expect((await search(harness, set, asked)).stats).toEqual({
        price: { CNY: { min: 0, max: 699900 }, EUR: { min: 100, max: 100 } },
        sales30d: { min: 0, max: 9 },
        returnRate30d: { min: 0, max: 0.3333333333333333 },
        revenue30d: { CNY: { min: 500, max: 900 }, EUR: { min: 40, max: 40 } },
        revenueLastMonth: {
          ...{ CNY: { min: 9007199254740991, max: 9007199254740991 } },
          ...{ EUR: { min: 7, max: 7 }, USD: { min: 3, max: 3 } },
        },
      });
      const chosen = 'category=drinks&facets=category&multiSelect=true';
      expect((await search(harness, set, `${asked}&${chosen}`)).stats).toMatchObject({
        ...{ sales30d: { min: 9, max: 9 }, revenue30d: { CNY: { min: 900, max: 900 } } },
      });
      expect((await search(harness, set, `${asked}&category=none`)).stats).toEqual({
        ...{ price: {}, revenue30d: {}, revenueLastMonth: {} },
        ...{ sales30d: { min: null, max: null }, returnRate30d: { min: null, max: null } },
      });
    });

    it('counts booleans and lists', async () => {
      const { facets } = await search(harness, set, 'facets=onShelf,tag&q=apple');
      expect(facets).toEqual({
        onShelf: [
          { value: true, count: 2 },
          { value: false, count: 1 },
        ],
        tag: ['5G', 'new', 'sale'].map((value) => ({ value, count: 1 })),
      });
    });
  });
}
