/** What every reader counts and measures, whatever the values are called. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeQueryString } from '../../../api/query/given.js';
import { facetNames } from '../../../api/query/parameters.js';
import type { ViewName } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { customer, order, orderLine, product } from '../documents.js';
import { filled, type ReaderHarness, search } from './harness.js';

/** Values that a list must not take apart, and that no store may take for anything but a text. */
const ODD = [
  'Audio, Video & Multimedia',
  ',',
  '\\',
  '\\,',
  'a\\',
  'a,b',
  'a',
  'b',
  '',
  ' ',
  '+',
  '$in',
  '*',
  '__proto__',
  '苹果🍎',
];
const value = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 6 }));
const some = fc.option(value);

const anyDocument: Readonly<Record<ViewName, fc.Arbitrary<(id: string) => object>>> = {
  orders: fc
    .record({
      categories: fc.array(some, { maxLength: 3 }),
      currency: value,
      city: some,
      paymentMethod: some,
      level: some,
    })
    .map(({ categories, level, ...fields }) => (id: string) => {
      const buyer = { customerId: 'c-1', name: null, level, city: null, deleted: false };
      return order(id, { ...fields, customer: buyer, lines: categories.map((category) => orderLine({ category })) });
    }),
  products: fc
    .record({ category: some, brand: some, tags: fc.array(value, { maxLength: 3 }), onShelf: fc.option(fc.boolean()) })
    .map((fields) => (id: string) => product(id, fields)),
  customers: fc.record({ level: some, city: some }).map((fields) => (id: string) => customer(id, fields)),
};

export function countsContract(view: ViewName, open: () => Promise<ReaderHarness>, runs: number): void {
  describe(`counting ${view}`, () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it('can be asked for, and for all others, by every value that a facet tells', async () => {
      const names = facetNames(views[view].queries);
      await fc.assert(
        fc.asyncProperty(fc.array(anyDocument[view], { minLength: 1, maxLength: 6 }), async (documents) => {
          const set = await filled(
            harness,
            view,
            documents.map((make, i) => [`d-${i}`, make(`d-${i}`)] as const),
          );
          const { facets } = await search(harness, set, `facets=${names}`);
          expect(Object.keys(facets)).toEqual(names);
          for (const [name, counts] of Object.entries(facets)) {
            for (const { value, count } of counts) {
              const asked = String(value).replace(/[\\,]/g, '\\$&');
              const found = async (parameter: string) =>
                (await search(harness, set, writeQueryString([[parameter, asked]]))).total.value;
              expect([await found(name), await found(`${name}Not`)], `${name}=${asked}`).toEqual([
                count,
                documents.length - count,
              ]);
            }
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
