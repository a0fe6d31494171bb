import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredDocument, ViewName } from '../../../mappings/contract.js';
import {
  COMPARISON_LIMITS,
  type ComparedDocuments,
  type ComparedGeneration,
  type Comparison,
  compareGenerations,
} from '../../../projector/operations/comparison.js';
import type { ScannedDocument, Target } from '../../../projector/ports/documents.js';

type Contents = Map<string, StoredDocument | null>;

/** Documents of orders; those of the other views are none. */
class Documents implements ComparedDocuments {
  constructor(readonly orders: Contents) {}

  async *pages({ view }: Target, pageDocumentsMax: number): AsyncGenerator<readonly ScannedDocument[]> {
    const all = [...this.of(view)].map(scanned);
    for (let from = 0; from < all.length; from += pageDocumentsMax) yield all.slice(from, from + pageDocumentsMax);
  }

  async read({ view }: Target, ids: readonly string[]): Promise<ReadonlyMap<string, ScannedDocument>> {
    return new Map([...this.of(view)].filter(([id]) => ids.includes(id)).map((entry) => [entry[0], scanned(entry)]));
  }

  private of(view: ViewName): Contents {
    return view === 'orders' ? this.orders : new Map();
  }
}

function scanned([id, stored]: readonly [string, StoredDocument | null]): ScannedDocument {
  return { id, ticket: 1, stored };
}

function generation(number: number, orders: Contents): ComparedGeneration {
  return { number, revisions: { orders: 1, products: 1, customers: 1 }, documents: new Documents(orders) };
}

/** `settle`: what happens while it is waited, each time. */
function compare(
  expected: Contents,
  checked: Contents,
  settle: () => boolean = () => true,
  limits = COMPARISON_LIMITS,
): Promise<Comparison> {
  return compareGenerations(
    { expected: generation(1, expected), checked: generation(2, checked), settle: async () => settle() },
    limits,
  );
}

const contents = fc
  .array(fc.tuple(fc.integer({ max: 30, min: 0 }), fc.option(fc.integer({ max: 2, min: 0 }), { nil: null })))
  .map((entries) => new Map(entries.map(([id, total]) => [`o-${id}`, total === null ? null : { total }])));

describe('comparing two generations', () => {
  it('finds exactly what differs, whatever the limits of memory', async () => {
    await fc.assert(
      fc.asyncProperty(contents, contents, fc.integer({ min: 1, max: 50 }), async (expected, checked, few) => {
        const limits = { ...COMPARISON_LIMITS, digestsHeldMax: few, suspectsAtATime: few, pageDocumentsMax: few };
        const { equal, views } = await compare(expected, checked, () => true, limits);
        const found = views.find(({ view }) => view === 'orders')?.differences ?? [];
        const causes = Object.fromEntries(found.map(({ id, cause }) => [id, cause]));
        expect(causes).toEqual(differing(expected, checked));
        expect(equal).toBe(found.length === 0);
      }),
    );
  });

  it('names the fields that differ, whatever the order in which they are stored', async () => {
    const expected = new Map([['o-1', { total: 1, customer: { name: '王芳', level: 'gold' }, city: '上海' }]]);
    const checked = new Map([['o-1', { city: '上海', customer: { level: 'gold', name: '李娜' }, total: 1 }]]);
    expect((await compare(expected, checked)).views[0]?.differences).toEqual([
      { id: 'o-1', cause: 'different', fields: ['customer'] },
    ]);
    checked.set('o-1', { city: '上海', customer: { level: 'gold', name: '王芳' }, total: 1 });
    expect((await compare(expected, checked)).equal).toBe(true);
  });

  it('names a field that one generation shows as null and the other, of another version, not at all', async () => {
    const expected = new Map([['o-1', { total: 1 }]]);
    const checked = new Map([['o-1', { total: 1, carrier: null }]]);
    expect((await compare(expected, checked)).views[0]?.differences).toEqual([
      { id: 'o-1', cause: 'different', fields: ['carrier'] },
    ]);
  });

  it('names a field of whatever differs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        async (a, b) => {
          const { equal, views } = await compare(new Map([['o-1', a]]), new Map([['o-1', b]]));
          const [found] = views[0]?.differences ?? [];
          expect(found?.cause === 'different' ? found.fields.length > 0 : equal).toBe(true);
        },
      ),
    );
  });

  it('counts nothing that arrives while it waits', async () => {
    const expected: Contents = new Map([
      ['o-1', { total: 2 }],
      ['o-2', { total: 2 }],
    ]);
    const checked: Contents = new Map([['o-1', { total: 1 }]]);
    let waits = 0;
    const comparison = await compare(expected, checked, () => {
      waits += 1;
      if (waits === 2) for (const [id, stored] of expected) checked.set(id, stored);
      // It is on its way, and has not arrived yet.
      else checked.set('o-1', { total: 1.5 }).set('o-2', { total: 1.5 });
      return true;
    });
    expect(comparison).toMatchObject({ equal: true, views: [{ differences: [], unsettled: 0 }, {}, {}] });
  });

  it('counts a document that keeps changing as undecided, not as different', async () => {
    const expected: Contents = new Map([['o-1', { total: 0 }]]);
    const checked: Contents = new Map([['o-1', { total: -1 }]]);
    let total = 0;
    const comparison = await compare(expected, checked, () => {
      total += 1;
      expected.set('o-1', { total });
      return true;
    });
    expect(comparison).toMatchObject({ equal: true, views: [{ differences: [], unsettled: 1 }, {}, {}] });
  });

  it('says nothing of documents when what is in flight does not arrive, and so they are not equal', async () => {
    const comparison = await compare(new Map([['o-1', { total: 0 }]]), new Map(), () => false);
    expect(comparison).toMatchObject({
      equal: false,
      views: [{ differences: [], unsettled: 1, settled: false }, {}, {}],
    });
  });

  it('stops when more differ than anybody would read, and says so', async () => {
    const expected: Contents = new Map(Array.from({ length: 100 }, (_, i) => [`o-${i}`, { total: i }]));
    const limits = { ...COMPARISON_LIMITS, differencesMax: 10, suspectsAtATime: 10 };
    const [orders] = (await compare(expected, new Map(), () => true, limits)).views;
    expect(orders).toMatchObject({ documents: { expected: 100, checked: 0 }, more: true });
    expect(orders?.differences).toHaveLength(10);
  });
});

/** The plain definition: a tombstone is as good as nothing. */
function differing(expected: Contents, checked: Contents): Record<string, string> {
  const causes: Record<string, string> = {};
  for (const id of new Set([...expected.keys(), ...checked.keys()])) {
    const [own, other] = [expected.get(id) ?? null, checked.get(id) ?? null];
    if (JSON.stringify(own) === JSON.stringify(other)) continue;
    causes[id] = own === null ? 'extra' : other === null ? 'missing' : 'different';
  }
  return causes;
}
