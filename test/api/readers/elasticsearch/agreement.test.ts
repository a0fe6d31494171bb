/** Elasticsearch means the same by a search as the plain code that says what it should mean. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../../api/ports/documents.js';
import { accepted } from '../../asking.js';
import { product } from '../../documents.js';
import { filled, idsOf, type ReaderHarness } from '../harness.js';
import { openMemory } from '../memory/harness.js';
import { openElasticsearch } from './harness.js';

const word = fc.constantFrom(
  ...['apple', 'Apple', 'apples', 'appel', 'apply', 'ample', 'applesauce', 'pie', 'USB-C', 'usb', 'Wi-Fi', '5G', '5'],
  ...[
    'iPhone15',
    'iphone',
    'iPhones',
    'école',
    'Ecole',
    '苹果',
    '果',
    '苹',
    '手机',
    '苹果手机',
    '手机壳',
    '果汁',
    '苹果iPhone',
  ],
);
const separator = fc.constantFrom(' ', ' ', ', ', ',', '/', '（', ' & ', '、', "'", '.');
const text = fc
  .array(fc.tuple(word, separator), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.flat().slice(0, -1).join(''));
const anyProduct = fc.record({
  name: fc.option(text, { freq: 10 }),
  brand: fc.option(word),
  category: fc.option(text),
  tags: fc.array(word, { maxLength: 3 }),
  description: fc.option(text),
  sales30d: fc.integer({ min: 0, max: 2 }),
});
const anyQuery = fc.record({
  q: fc.oneof(
    text,
    fc.tuple(text, fc.nat(6)).map(([whole, left]) => whole.slice(0, 1 + left)),
  ),
  sort: fc.constantFrom('', '&sort=relevance', '&sort=-sales30d'),
});

describe('Elasticsearch and the meaning of a search', () => {
  let elasticsearch: ReaderHarness;
  let memory: ReaderHarness;
  let sets: readonly [DocumentSet, DocumentSet];
  beforeAll(async () => {
    [elasticsearch, memory] = await Promise.all([openElasticsearch(), openMemory()]);
    const [documents = []] = fc.sample(fc.array(anyProduct, { minLength: 150, maxLength: 150 }), {
      numRuns: 1,
      seed: 7,
    });
    const products = documents.map((document, i) => [`p-${i}`, product(`p-${i}`, document)] as const);
    sets = [await filled(elasticsearch, 'products', products), await filled(memory, 'products', products)];
  });
  afterAll(async () => {
    await Promise.all([elasticsearch.close(), memory.close()]);
  });

  it('agree on what is found, in what order, and where the words are', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async ({ q, sort }) => {
        const { query } = accepted('products', `q=${encodeURIComponent(q)}${sort}&size=100&highlight=true`);
        const [found, meant] = await Promise.all([
          elasticsearch.reader.search(sets[0], query),
          memory.reader.search(sets[1], query),
        ]);
        expect(idsOf(sets[0], found)).toEqual(idsOf(sets[1], meant));
        expect(found.highlights).toEqual(meant.highlights);
        expect(found.next).toEqual(meant.next);
      }),
      { numRuns: 150 },
    );
  });
});
