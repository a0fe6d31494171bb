/** Pages by cursor while documents change: what is not touched is met exactly once. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Found } from '../../../api/ports/document-query.js';
import type { DocumentSet } from '../../../api/ports/documents.js';
import type { ViewName } from '../../../mappings/contract.js';
import { accepted } from '../asking.js';
import { customer, order, product } from '../documents.js';
import { filled, idsOf, put, type ReaderHarness } from './harness.js';

/** Few values, so that ties and missing values are on every page. */
const few = fc.integer({ min: 0, max: 3 });
const time = fc.option(few.map((day) => `2026-11-0${day + 1}T00:00:00.000Z`));
const name = fc.option(fc.constantFrom('apple', 'Apple pie', 'apples', 'apply', '🍎 apple', '～ apple', '苹果 apple'));

const anyDocument: Readonly<Record<ViewName, fc.Arbitrary<(id: string) => object>>> = {
  orders: fc
    .record({ placedAt: time, updatedAt: time, total: few, name })
    .map(({ name: called, ...fields }) => (id: string) => {
      const whole = order(id, fields);
      return { ...whole, customer: { ...whole.customer, name: called } };
    }),
  products: fc
    .record({ name, description: name, price: fc.option(few), sales30d: few, createdAt: time })
    .map((fields) => (id: string) => product(id, fields)),
  customers: fc
    .record({
      name,
      orderCount: few,
      lastOrderAt: time,
      registeredAt: time.map((at) => at ?? '2026-11-09T00:00:00.000Z'),
    })
    .map((fields) => (id: string) => customer(id, fields)),
};

const SORTS: Readonly<Record<ViewName, readonly string[]>> = {
  orders: ['', 'sort=placedAt', 'sort=updatedAt,-total', 'q=apple', 'q=apple&sort=-total'],
  products: [
    '',
    'sort=name',
    'sort=-name',
    'sort=price',
    'sort=-price,-createdAt',
    'q=apple',
    'q=apple&sort=relevance,name',
  ],
  customers: ['', 'sort=lastOrderAt', 'sort=-name', 'sort=-orderCount,name', 'q=apple'],
};

/** What happens between two pages: documents get another content, appear, or go. */
const anyChange = fc.record({ id: fc.integer({ min: 0, max: 14 }), goes: fc.boolean() });

export function walkContract(view: ViewName, open: () => Promise<ReaderHarness>, runs: number): void {
  describe(`paging through ${view} while they change`, () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it.each(SORTS[view])('meets everything that is not touched exactly once, in the order of ?%s', async (query) => {
      const documents = anyDocument[view];
      const walk = fc.record({
        untouched: fc.array(documents, { minLength: 8, maxLength: 16 }),
        touched: fc.array(documents, { minLength: 15, maxLength: 15 }),
        changes: fc.array(fc.tuple(anyChange, documents), { minLength: 12, maxLength: 12 }),
        size: fc.integer({ min: 1, max: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(walk, async ({ untouched, touched, changes, size }) => {
          const still = untouched.map((make, i) => [`still-${i}`, make(`still-${i}`)] as const);
          const moving = touched.map((make, i) => [`moving-${i}`, make(`moving-${i}`)] as const);
          const set = await filled(harness, view, [...still, ...moving.slice(0, 10)]);
          const before = await idsWalked(harness, set, query, 100, async () => {});
          const left = [...changes];
          const met = await idsWalked(harness, set, query, size, async () => {
            const [change, make] = left.pop() ?? [];
            if (change === undefined || make === undefined) return;
            const id = `moving-${change.id}`;
            await put(harness, set, id, change.goes ? null : make(id));
          });
          const isStill = (id: string) => id.startsWith('still');
          expect(met.filter(isStill)).toEqual(before.filter(isStill));
        }),
        { numRuns: runs },
      );
    });
  });
}

async function idsWalked(
  { reader }: ReaderHarness,
  set: DocumentSet,
  queryString: string,
  size: number,
  between: () => Promise<void>,
): Promise<string[]> {
  const { query } = accepted(set.view.name, queryString);
  const ids: string[] = [];
  let after: Found['next'] = null;
  do {
    // As in a cursor: what comes back went through JSON.
    const found: Found = await reader.search(set, { ...query, size, after: JSON.parse(JSON.stringify(after)) });
    ids.push(...idsOf(set, found));
    after = found.next;
    await between();
  } while (after !== null);
  return ids;
}
