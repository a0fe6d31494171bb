import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadModelClient } from '../../../api/client/index.js';
import { readQueryString, valuesByName } from '../../../api/query/given.js';
import { listedValues } from '../../../api/query/listed-values.js';

describe('a list in a parameter', () => {
  it.each([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['', ['']],
    [',', ['', '']],
    ['a,,b', ['a', '', 'b']],
    [String.raw`a\,b`, ['a,b']],
    [String.raw`a\\,b`, ['a\\', 'b']],
    [String.raw`a\\\,b`, ['a\\,b']],
    [String.raw`\,`, [',']],
    [String.raw`\\`, ['\\']],
    [String.raw`\\\\`, ['\\\\']],
  ])('%j are the values %j', (text, values) => {
    expect(listedValues(text)).toEqual(values);
  });

  it.each([
    ['\\', ['\\']],
    [String.raw`a\ `.trimEnd(), ['a\\']],
    [String.raw`C:\temp,x`, ['C:\\temp', 'x']],
    [String.raw`a,b\ `.trimEnd(), ['a', 'b\\']],
  ])('%j has a backslash that escapes nothing, and so is one', (text, values) => {
    expect(listedValues(text)).toEqual(values);
  });

  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('\\', ',', 'a', ' ', '+', '&', '%', '苹', '🍎'), maxLength: 8 }),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );

  it('has as many values as commas that are not escaped, and one more', () => {
    fc.assert(
      fc.property(text, (list) => {
        const unescaped = list.replaceAll('\\\\', '').replaceAll('\\,', '').split(',').length;
        expect(listedValues(list)).toHaveLength(unescaped);
      }),
    );
  });

  it('means to the API what it does to the client, alone and joined', async () => {
    let asked = new URL('http://nowhere');
    const client = new ReadModelClient({
      baseUrl: 'http://api',
      fetch: async (url) => {
        asked = new URL(String(url));
        return Response.json({ data: [] });
      },
    });
    const received = (parameter: string) =>
      valuesByName(readQueryString(asked.search.slice(1)).pairs).get(parameter) ?? [];
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), text, async (values, q) => {
        await client.products.list({ brand: values, tagNot: values, q });
        expect(received('brand').flatMap(listedValues)).toEqual(values);
        expect(listedValues(received('tagNot').join(','))).toEqual(values);
        // Words are no list.
        expect(received('q')).toEqual([q]);
      }),
    );
  });
});
