/** What every reader does with every view. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotReady } from '../../../api/ports/errors.js';
import type { ViewName } from '../../../mappings/contract.js';
import { customer, order, product } from '../documents.js';
import { filled, idsFound, newSet, type ReaderHarness, search, walk } from './harness.js';

const make = { orders: order, products: product, customers: customer } as const;

const ODD_IDS = [
  'a/b',
  '%2F',
  '%',
  '__proto__',
  'constructor',
  '$set',
  '苹果🍎',
  '"quoted"',
  "it's",
  'a b',
  ' ',
  'a?b#c',
  'a+b',
  '_search',
  '-',
  'x'.repeat(128),
  '果'.repeat(128),
];

export function readerContract(view: ViewName, open: () => Promise<ReaderHarness>): void {
  describe(`reading ${view}`, () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it('returns a document as it was rendered', async () => {
      const document = make[view]('x.1');
      const set = await filled(harness, view, { 'x.1': document });
      expect(await harness.reader.get(set, 'x.1')).toEqual(document);
      expect((await search(harness, set, '')).documents).toEqual([withoutOmitted(document)]);
    });

    it('knows odd ids, and only those that are there', async () => {
      const set = await filled(
        harness,
        view,
        ODD_IDS.map((id) => [id, make[view](id)] as const),
      );
      for (const id of ODD_IDS) expect(await harness.reader.get(set, id)).toEqual(make[view](id));
      for (const id of ['b', 'A/B', '*', '_all', 'x', '果']) expect(await harness.reader.get(set, id)).toBeNull();
      expect((await walk(harness, set, '', 3)).sort()).toEqual([...ODD_IDS].sort());
    });

    it('does not show tombstones', async () => {
      const set = await filled(harness, view, { gone: null, here: make[view]('here') });
      expect(await harness.reader.get(set, 'gone')).toBeNull();
      expect(await idsFound(harness, set, '')).toEqual(['here']);
      expect((await search(harness, set, 'total=exact')).total).toEqual({ value: 1, relation: 'eq' });
    });

    it('orders ties by id, by code point', async () => {
      const ids = ['\u{1F34E}', '\uFF5E', '果', 'é', 'b', 'a', 'B', '10', '9'];
      const set = await filled(
        harness,
        view,
        ids.map((id) => [id, make[view](id)] as const),
      );
      expect(await idsFound(harness, set, '')).toEqual(['10', '9', 'B', 'a', 'b', 'é', '果', '\uFF5E', '\u{1F34E}']);
      expect(await walk(harness, set, '', 1)).toEqual(['10', '9', 'B', 'a', 'b', 'é', '果', '\uFF5E', '\u{1F34E}']);
    });

    it('pages by number, says whether more follow, and is empty beyond the end', async () => {
      const ids = Array.from({ length: 7 }, (_, i) => `d${i}`);
      const set = await filled(
        harness,
        view,
        ids.map((id) => [id, make[view](id)] as const),
      );
      const pages = await Promise.all([1, 2, 3, 4].map((page) => search(harness, set, `size=3&page=${page}`)));
      expect(pages.map(({ documents }) => documents.length)).toEqual([3, 3, 1, 0]);
      expect(pages.map(({ next }) => next !== null)).toEqual([true, true, false, false]);
      expect(pages.map(({ total }) => total.value)).toEqual([7, 7, 7, 7]);
      expect((await search(harness, set, 'size=7')).next).toBeNull();
      expect((await search(harness, set, 'size=100&page=100')).documents).toEqual([]);
    });

    it('rejects with NotReady when there is no such set', async () => {
      await expect(search(harness, newSet(view), '')).rejects.toThrow(NotReady);
      await expect(harness.reader.get(newSet(view), 'x')).rejects.toThrow(NotReady);
    });

    it('answers when asked whether it is there', async () => {
      await expect(harness.reader.ping()).resolves.toBeUndefined();
    });
  });
}

function withoutOmitted(document: object): object {
  return Object.fromEntries(Object.entries(document).filter(([field]) => field !== 'recentOrders'));
}
