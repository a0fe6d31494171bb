import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueryString, writeQueryString } from '../../../api/query/given.js';

describe('a query string', () => {
  it('reads back as the pairs that were written', () => {
    const wellFormed = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(wellFormed, wellFormed)), (pairs) => {
        expect(readQueryString(writeQueryString(pairs))).toEqual({ pairs, errors: [] });
      }),
    );
  });

  it('never becomes more than names and texts', () => {
    expect(readQueryString('a[$ne]=1&a[b][c]=2&a=+%2B&b&=c').pairs).toEqual([
      ['a[$ne]', '1'],
      ['a[b][c]', '2'],
      ['a', ' +'],
      ['b', ''],
      ['', 'c'],
    ]);
  });

  it('is limited', () => {
    expect(readQueryString('a&'.repeat(501)).errors).toHaveLength(1);
  });
});
