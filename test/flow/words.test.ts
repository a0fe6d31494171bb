/** One rule says what a word is: from Kafka to the answers of all three views. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answers, type Document, ID_FIELDS } from './answers.js';
import { expectConvergence } from './convergence.js';
import { created, placed, registered } from './shop.js';
import { systemFor } from './system.js';

const NAMES = [
  'Dr.Martens 1460 boots',
  "L'Oréal Paris",
  'Straßenkarte',
  'ＵＳＢ ｹｰﾌﾞﾙ',
  'SKU_123_RED',
  'レストランテスト 券',
  'ΟΔΥΣΣΕΥΣ',
] as const;

const system = systemFor('words');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector();
  answers = await system().startApi();
  const { publisher } = system();
  await publisher.publish([
    registered('nobody', '—'),
    ...NAMES.flatMap((name, i) => [created(`${i}`, name), registered(`${i}`, name), placed(`${i}`, 'nobody', `${i}`)]),
    ...Array.from({ length: 60 }, (_, i) => created(`br-${i}`, 'Tea', { brand: `BR-1${i}`, category: `c${i % 2}` })),
  ]);
  await expectConvergence(answers, publisher.events);
});

const idsOf = (documents: readonly Document[], view: keyof typeof ID_FIELDS) =>
  documents.map((document) => document[ID_FIELDS[view]]);

describe('a word', () => {
  it.each([
    ['martens', 0],
    ['dr martens', 0],
    ['oréal', 1],
    ['l’oreal', 1],
    ['STRASSENKARTE', 2],
    ['usb', 3],
    ['ケーブル', 3],
    ['red', 4],
    ['sku\u00AD_123', 4],
    ['レス', 5],
    ['οδυσσευς', 6],
    ['Marten', 0],
  ])('%s finds its name in every view', async (q, name) => {
    for (const view of ['products', 'orders', 'customers'] as const) {
      expect(idsOf(await answers.pages(`${view}?q=${encodeURIComponent(q)}`), view), view).toEqual([`${name}`]);
    }
  });
});

describe('a beginning', () => {
  it('finds all there are, with their total and facets, from page to page', async () => {
    expect(await answers.list('products?q=br-1&facets=category&size=7&total=exact')).toMatchObject({
      total: { value: 60, relation: 'eq' },
      facets: { category: ['c0', 'c1'].map((value) => ({ value, count: 30 })) },
    });
    expect(new Set(idsOf(await answers.pages('products?q=br-1&size=7'), 'products')).size).toBe(60);
  });

  it('stays suggested while it is typed', async () => {
    for (const typed of ['l', "l'", "l'o", 'l’oré', 'loreal', "l'oréal p"]) {
      const { body } = await answers.get(`/v1/suggest?q=${encodeURIComponent(typed)}`);
      expect(body, typed).toMatchObject({ data: [{ productId: '1', name: NAMES[1] }] });
    }
  });
});
