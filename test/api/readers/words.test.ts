/** The three views, in two stores, mean the same by a word; and so does the plain code that says what it should mean. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ViewName } from '../../../mappings/contract.js';
import { openElasticsearch } from './elasticsearch/harness.js';
import { EveryView, VIEWS } from './every-view.js';
import type { ReaderHarness } from './harness.js';
import { openMemory } from './memory/harness.js';
import { openMongo } from './mongodb/harness.js';
import { anyText, askedOf } from './texts.js';
import cases from './word-cases.json' with { type: 'json' };

/** Without near spellings, which only relevance finds. */
const SORT: Readonly<Record<ViewName, string>> = {
  products: 'sort=price',
  orders: 'sort=total',
  customers: 'sort=name',
};

/** Of more words than are looked for. */
const LONG = Array.from({ length: 80 }, (_, i) => `part${i}`).join(' ');

/** Beside those of the cases: from reports as well, of one kind each. */
const MORE: readonly (readonly [name: string, q: string, isFound: boolean])[] = [
  ['NOR.ABC-60', 'abc', true],
  ['NOR.ABC-60', 'abc-60', true],
  ['NOR.ABC-60', 'ABC60', false],
  ['SKU_123_RED', 'red', true],
  ['SKU_123_RED', 'sku_123', true],
  ["Tim's", 'tim’s', true],
  ["Tim's", 'tims', true],
  ['Tims', "tim's", true],
  ["L'Oréal", 'oréal', true],
  ["L'Oréal", 'loreal', true],
  ["L'Oréal", 'L’ORÉAL', true],
  ['Cafe\u0301 crème', 'café', true],
  ['Café', 'cafe\u0301', true],
  ['Straßenkarte', 'STRASSENKARTE', true],
  ['GROẞ', 'groß', true],
  ['ＵＳＢ ｹｰﾌﾞﾙ', 'usb', true],
  ['ＵＳＢ ｹｰﾌﾞﾙ', 'ケーブル', true],
  ['ケーブル', 'ｹｰﾌﾞﾙ', true],
  ['Headphones', 'head\u00ADphones', true],
  ['Headphones', '\u200Bheadphones\u200E', true],
  ['Team 🇩🇪 scarf', '🇩🇪', true],
  ['Team 🇩🇪 scarf', '🇫🇷', false],
  ['Team scarf', 'team 🇩🇪', false],
  ['Team 🇩🇪🇫🇷', '🇫🇷', true],
  ['Team 🇩🇪🇫🇷', '🇪🇫', false],
  ['👍🏽 mug', '👍', true],
  ['I ❤ NY', '❤️', true],
  ['½ inch', '1/2', true],
  ['5㎏ rice', '5kg', true],
  ['Nike® Air', 'nike air', true],
  ['AA-100MM', 'aa-100', true],
  ['AA-100MM', 'aa100', false],
  ['手机壳', '手机壳', true],
  ['手机 壳', '手机壳', true],
  ['机手', '手机', false],
  [LONG, 'part79', true],
  [LONG, `${LONG} more`, true],
];

let elasticsearch: ReaderHarness;
let mongodb: ReaderHarness;
let memory: ReaderHarness;
let stores: Readonly<Record<ViewName, ReaderHarness>>;

beforeAll(async () => {
  [elasticsearch, mongodb, memory] = await Promise.all([openElasticsearch(), openMongo(), openMemory()]);
  stores = { products: elasticsearch, orders: elasticsearch, customers: mongodb };
});
afterAll(async () => {
  await Promise.all([elasticsearch.close(), mongodb.close(), memory.close()]);
});

describe('names that shops have', () => {
  const names = [...new Set([...cases.map(({ name }) => name), ...MORE.map(([name]) => name)])];
  const asked = [
    ...cases.flatMap(({ name, asked: all }) => all.map(({ q, found }) => [name, q, found] as const)),
    ...MORE,
  ];
  let every: EveryView;
  beforeAll(async () => {
    every = await EveryView.holding(stores, names);
  });

  it.each(asked)('%s is found by %s: %s', async (name, q, isFound) => {
    for (const view of VIEWS) {
      const found = await every.found(view, `q=${encodeURIComponent(q)}&${SORT[view]}`);
      expect(found.includes(name), view).toBe(isFound);
    }
  });

  it.each(names)('%s is found by itself', async (name) => {
    for (const view of VIEWS) expect(await every.found(view, `q=${encodeURIComponent(name)}`), view).toContain(name);
  });
});

describe('beginnings', () => {
  /** Together more words that begin so than any query could hold. */
  const catalogues = (begin: string) =>
    Array.from({ length: 6 }, (_, i) => Array.from({ length: 250 }, (_, j) => `${begin}${i}${j}`).join(', '));
  const brands = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${100 + i} tea`);
  const names = [
    ...brands('BR-1', 60),
    ...brands('acme-2', 60),
    'Acme-1 tea',
    'acme 1 tea',
    `${'x'.repeat(30)}-${'y'.repeat(30)}`,
    ...catalogues('новый-длинныйартикул'),
    ...catalogues('게이밍-노트북컴퓨터본체'),
  ];
  let every: EveryView;
  beforeAll(async () => {
    every = await EveryView.holding(stores, names);
  });

  it.each([
    ['br-1', 60],
    ['BR-110', 10],
    ['br', 60],
    ['acme-1', 2],
    ['acme-21', 60],
    ['acme', 62],
    ['x'.repeat(20), 1],
    [`${'x'.repeat(30)}-${'y'.repeat(12)}`, 1],
    [`${'x'.repeat(30)}-${'y'.repeat(20)}`, 1],
    [`${'x'.repeat(29)}-${'y'.repeat(20)}`, 0],
    ['b', 0],
    ['новый-длинныйартикул', 6],
    ['новый-длинныйар', 6],
    ['게이밍-노트북컴퓨터본', 6],
    ['게이밍-노트북컴퓨터책', 0],
  ])('%s finds all of them: %i', async (q, count) => {
    for (const view of VIEWS) expect(await every.found(view, `q=${q}&${SORT[view]}`), view).toHaveLength(count);
  });
});

describe('texts of many scripts', () => {
  const [texts = []] = fc.sample(fc.array(anyText, { minLength: 100, maxLength: 100 }), { numRuns: 1, seed: 11 });
  let everyStored: EveryView;
  let everyMeant: EveryView;
  beforeAll(async () => {
    everyStored = await EveryView.holding(stores, texts);
    everyMeant = await EveryView.holding({ products: memory, orders: memory, customers: memory }, texts);
  });

  it('are found in the same way in all views', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(askedOf(texts), async (q) => {
        const meant = await everyMeant.found('products', `q=${encodeURIComponent(q)}&${SORT.products}`);
        hits += meant.length;
        for (const view of VIEWS) {
          expect(await everyStored.found(view, `q=${encodeURIComponent(q)}&${SORT[view]}`), view).toEqual(meant);
        }
      }),
      { numRuns: 150 },
    );
    // What never finds anything agrees easily.
    expect(hits).toBeGreaterThan(100);
  });

  it('find themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), async (text) => {
        for (const view of VIEWS) {
          expect(await everyStored.found(view, `q=${encodeURIComponent(text)}`), view).toContain(text);
        }
      }),
      { numRuns: 30 },
    );
  });
});
