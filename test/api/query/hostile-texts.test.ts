/** No text of a caller ever becomes structure: a field, an operator, a query of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueryString, writeQueryString } from '../../../api/query/given.js';
import { readListRequest } from '../../../api/query/list-request.js';
import { searchBody } from '../../../api/readers/elasticsearch/search-body.js';
import { afterFilter, escapeLiteral, resultFilter } from '../../../api/readers/mongodb/find-filter.js';
import { views } from '../../../mappings/registry.js';
import { SECRET } from '../asking.js';

const HOSTILE = [
  '$ne',
  '$where',
  '{"$gt":""}',
  '__proto__',
  '.*',
  '*',
  '" OR "1"="1',
  'script',
  '(a+)+$',
  '\\',
  '/',
  '\u0000',
  '苹果 OR *',
  'name:x~',
  'wi-f*?i',
];
const anyText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }));

/** Names of keys, structure and operators: everything but values, which are replaced by their type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
  }
  return typeof value;
}

function requestOf(view: 'orders' | 'customers', pairs: [string, string][]) {
  const given = readQueryString(writeQueryString(pairs));
  const outcome = readListRequest(given, { view: views[view], generation: 1, cursorSecret: SECRET, fixed: [] });
  if (outcome.kind !== 'request') throw new Error(JSON.stringify(outcome));
  return outcome.request.query;
}

describe('a text in a filter', () => {
  const single = anyText.filter((text) => !text.includes(','));

  it('changes values only, in Elasticsearch', () => {
    const shape = shapeOf(searchBody(views.orders, requestOf('orders', [['city', 'plain']])));
    fc.assert(
      fc.property(single, (text) => {
        const body = searchBody(views.orders, requestOf('orders', [['city', text]]));
        expect(shapeOf(body)).toEqual(shape);
        expect(JSON.stringify(body)).toContain(JSON.stringify([text]));
      }),
    );
  });

  it('changes values only, in MongoDB', () => {
    fc.assert(
      fc.property(single, (text) => {
        expect(resultFilter(requestOf('customers', [['city', text]]))).toEqual({
          $and: [{ hidden: { $eq: false } }, { city: { $in: [text] } }],
        });
      }),
    );
  });
});

describe('a text in q', () => {
  const ALLOWED = new Set([
    'bool',
    'must',
    'should',
    'dis_max',
    'queries',
    'constant_score',
    'filter',
    'boost',
    'match_phrase',
    'intervals',
    'all_of',
    'ordered',
    'max_gaps',
    'match',
    'match_none',
    'terms',
    'term',
    'prefix',
    'fuzzy',
    'fuzziness',
    'prefix_length',
    'rewrite',
    'query',
    'value',
  ]);
  const FIELDS = new Set(views.orders.queries.search.map(({ field }) => field));

  function keysOf(value: unknown): string[] {
    if (Array.isArray(value)) return value.flatMap(keysOf);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
  }

  it('stands in phrases and terms only, in Elasticsearch', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { query } = searchBody(views.orders, requestOf('orders', [['q', text]]));
        for (const key of keysOf(query?.bool?.must)) expect(ALLOWED.has(key) || FIELDS.has(key), key).toBe(true);
      }),
    );
  });

  it('stands in equalities and escaped literals only, in MongoDB', () => {
    const operators = new Set([
      ...['$and', '$or', '$eq', '$in', '$regex', 'hidden', '_id', 'search.name.terms', 'search.name.words'],
      ...['search.customerId', 'search.email', 'search.phone'],
    ]);
    fc.assert(
      fc.property(anyText, (text) => {
        for (const key of keysOf(resultFilter(requestOf('customers', [['q', text]]))))
          expect(operators, key).toContain(key);
      }),
    );
  });

  it('is matched by its escaped form and by nothing else', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const literal = new RegExp(`^${escapeLiteral(text)}$`, 'u');
        expect(literal.test(text)).toBe(true);
        expect(literal.test(other)).toBe(text === other);
      }),
    );
  });
});

describe('sort values of a cursor', () => {
  it('stand under comparisons only', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(
          afterFilter(
            [
              { by: 'field', field: 'a', descending: true },
              { by: 'field', field: 'b', descending: false },
            ],
            [text, 1],
          ),
        ).toEqual({
          $or: [{ $and: [{ a: { $lt: text } }] }, { $and: [{ a: { $eq: text } }, { b: { $gt: 1 } }] }],
        });
      }),
    );
  });
});
