/** In what order a reader finds products by words, and what it completes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQueryString } from '../../../api/query/given.js';
import { readSuggestRequest } from '../../../api/query/suggest-request.js';
import { views } from '../../../mappings/registry.js';
import type { ProductDocument } from '../../../mappings/views/products/fields.js';
import { product } from '../documents.js';
import { filled, idsFound, idsOf, type ReaderHarness, walk } from './harness.js';

type Products = Readonly<Record<string, Partial<ProductDocument>>>;

export async function suggested(harness: ReaderHarness, products: Products, typed: string): Promise<string[]> {
  const set = await filled(harness, 'products', wholeProducts(products));
  const given = readQueryString(`q=${encodeURIComponent(typed)}`);
  const text = views.products.queries.suggest;
  if (text === undefined) throw new Error('Products are not completed.');
  const outcome = readSuggestRequest(given, set.view, text, []);
  if (outcome.kind !== 'request') throw new Error(JSON.stringify(outcome));
  if (outcome.query === null) return [];
  return idsOf(set, await harness.reader.search(set, outcome.query));
}

function wholeProducts(products: Products): Record<string, ProductDocument> {
  return Object.fromEntries(Object.entries(products).map(([id, document]) => [id, product(id, document)]));
}

export function relevanceContract(open: () => Promise<ReaderHarness>): void {
  describe('by relevance', () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    /** Each is found, in the order in which it stands here; its id says the opposite. */
    const inOrder: readonly (readonly [promise: string, q: string, products: readonly Partial<ProductDocument>[]])[] = [
      [
        'whole words come before beginnings, and those before near spellings, wherever they occur',
        'phone',
        [{ description: 'a phone' }, { name: 'phones' }, { name: 'phonr' }],
      ],
      [
        'one near spelling comes after any number of beginnings',
        'wireless phone case',
        [{ name: 'wirelessly phones cases' }, { name: 'wireless case', description: 'phome' }],
      ],
      [
        'what is only a beginning of one word comes after all whole ones',
        'wireless headphones',
        [{ description: 'headphones, not wireless' }, { name: 'wireless headphonesets' }],
      ],
      [
        'the name comes before brand, category and tags, and those before the description',
        'silver',
        [{ name: 'a silver pen' }, { category: 'silver things' }, { description: 'silver' }],
      ],
      [
        'brand, category and tags weigh alike',
        'silver',
        [
          { tags: ['silver ware', 'x'], sales30d: 3 },
          { category: 'silver ware', sales30d: 2 },
          { brand: 'silver ware', sales30d: 1 },
        ],
      ],
      [
        'words in a row come before scattered ones',
        'wireless headphones',
        [{ name: 'best wireless headphones' }, { name: 'headphones, wireless and small' }],
      ],
      [
        'scattered in the name comes before in a row in the description',
        'wireless headphones',
        [{ name: 'headphones, wireless' }, { name: 'cable', description: 'for wireless headphones' }],
      ],
      [
        'words in a row may be Chinese with nothing between',
        '苹果 手机',
        [{ name: '新苹果手机' }, { name: '手机 苹果' }],
      ],
      [
        'a name that is nothing else comes first, whatever its case',
        'galaxy buds',
        [{ name: 'GALAXY BUDS' }, { name: 'galaxy buds pro', brand: 'galaxy', category: 'buds' }],
      ],
      [
        'a word that is asked twice makes another name than one',
        'bora bora',
        [{ name: 'Bora Bora' }, { name: 'Bora', sales30d: 9 }, { name: 'Big shirt of Bora', sales30d: 99 }],
      ],
      [
        'a product of just that category comes before one of another that has the word in its name, too',
        '手机',
        [
          { name: '老人手机', category: '手机' },
          { name: '手机壳', category: '手机配件', sales30d: 9 },
        ],
      ],
      [
        'what fits equally well is ordered by sales',
        'pen',
        [
          { name: 'a pen', sales30d: 2 },
          { name: 'pen a', sales30d: 1 },
        ],
      ],
    ];

    it.each(inOrder)('%s', async (_promise, q, products) => {
      const ids = products.map((_, i) => `p-${products.length - i}`);
      const set = await filled(
        harness,
        'products',
        wholeProducts(Object.fromEntries(ids.map((id, i) => [id, { name: '…', category: null, ...products[i] }]))),
      );
      const query = `q=${encodeURIComponent(q)}`;
      expect(await idsFound(harness, set, query)).toEqual(ids);
      expect(await walk(harness, set, query, 1)).toEqual(ids);
    });

    it.each([
      ['headphnes', 'Headphones', true],
      ['headphonees', 'Headphones', true],
      ['haedphones', 'Headphones', true],
      ['headphomes', 'Headphones', true],
      ['hedphnes', 'Headphones', false],
      ['jeadphones', 'Headphones', false],
      ['aheadphones', 'Headphones', false],
      ['aple', 'Apple', false],
      ['appel', 'Apple', true],
      ['12346', '12345', false],
      ['iphone14', 'iPhone15', false],
      ['苹果手机壳', '苹果手机套', false],
      ['headph', 'Headphones', true],
      ['eadphones', 'Headphones', false],
      ['h', 'Headphones', false],
      ['wi-f', 'Wi-Fi', true],
      ['苹果ip', '苹果iPhone', true],
      ['果iphone', '苹果iPhone', true],
      ['苹iphone', '苹果iPhone', false],
    ])('%s finds %s: %s', async (q, name, isFound) => {
      const set = await filled(harness, 'products', wholeProducts({ 'p-1': { name, category: null } }));
      expect(await idsFound(harness, set, `q=${encodeURIComponent(q)}`)).toEqual(isFound ? ['p-1'] : []);
    });

    it('near spellings are left out where they could not come last', async () => {
      const set = await filled(harness, 'products', wholeProducts({ a: { name: 'phonr' }, b: { name: 'phones' } }));
      expect(await idsFound(harness, set, 'q=phone&sort=-price')).toEqual(['b']);
      expect(await idsFound(harness, set, 'q=phone&sort=price,relevance')).toEqual(['b']);
      expect(await idsFound(harness, set, 'q=phone&sort=relevance,price')).toEqual(['b', 'a']);
    });
  });

  describe('what is typed is completed', () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it('by names that begin with it, then by names with a word that does, each by sales', async () => {
      const products = {
        'p-1': { name: 'Apple iPhone', sales30d: 9 },
        'p-2': { name: 'iPhone case', sales30d: 3 },
        'p-3': { name: 'IPHONE 15', sales30d: 7 },
        'p-4': { name: 'Phone', sales30d: 99 },
        'p-5': { name: null, description: 'iphone', sales30d: 99 },
        'p-6': { name: 'Charger', brand: 'iPhone', sales30d: 99 },
      };
      expect(await suggested(harness, products, 'iph')).toEqual(['p-3', 'p-2', 'p-1']);
    });

    it.each([
      ['苹', ['p-1', 'p-2', 'p-3']],
      ['果手', ['p-1']],
      ['苹果 5', ['p-3']],
      ['富', ['p-2']],
      ['苹手', []],
      ['red a', ['p-4']],
      ['a', ['p-4']],
      ['apple re', ['p-4']],
      ['app red', []],
      ['appel', []],
      ['*', []],
      ['.', []],
      ['苹果 app', []],
      ['3', ['p-5']],
      ['3.', ['p-5']],
      ['3.5', ['p-5']],
      ['3.5m', ['p-5']],
      ['3.6', []],
      ['tim', ['p-6']],
      ["tim'", ['p-6']],
      ['tim’s', ['p-6']],
      ['tims ', ['p-6']],
      ["tim's -", ['p-6']],
      ['レスト', ['p-7']],
      ['ﾚｽ', ['p-7']],
      ['ストラ', ['p-7']],
    ])('%s', async (typed, ids) => {
      const products = {
        'p-1': { name: '苹果手机', sales30d: 1 },
        'p-2': { name: '红富士苹果' },
        'p-3': { name: '青苹果 5kg' },
        'p-4': { name: 'Red Apple' },
        'p-5': { name: 'Jack 3.5mm' },
        'p-6': { name: "Tim's" },
        'p-7': { name: 'レストランテスト' },
      };
      expect(await suggested(harness, products, typed)).toEqual(ids);
    });

    it('by what begins with it first, whatever stands between the words', async () => {
      const products = { a: { name: 'USB-C cable', sales30d: 1 }, b: { name: 'Cable USB C', sales30d: 9 } };
      for (const typed of ['usb-c', 'usb c', 'ＵＳＢ－Ｃ', 'usb-']) {
        expect(await suggested(harness, products, typed), typed).toEqual(['a', 'b']);
      }
    });

    it('by all that was typed, repeated words as well', async () => {
      const products = { a: { name: 'Bora Bora Shirt' }, b: { name: 'Big shirt of Bora', sales30d: 9 } };
      expect(await suggested(harness, products, 'bora bora sh')).toEqual(['a', 'b']);
    });

    it('by ten at most, and never by what is hidden', async () => {
      const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p-${i}`, { name: 'tea', sales30d: i }]));
      expect(await suggested(harness, many, 'te')).toEqual(Array.from({ length: 10 }, (_, i) => `p-${11 - i}`));
      const set = await filled(harness, 'products', { gone: null, here: product('here', { name: 'tea' }) });
      expect(await idsFound(harness, set, 'q=tea')).toEqual(['here']);
    });
  });
}
