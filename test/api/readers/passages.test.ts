import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Place, passagesOf, united } from '../../../api/readers/passages.js';

const anyPlaces = (length: number) =>
  fc
    .array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 30 })
    .map((pairs) => pairs.map(([start, size]): Place => ({ start, end: Math.min(length, start + size) })));

describe('places', () => {
  it('that touch or overlap are one, and cover the same', () => {
    fc.assert(
      fc.property(anyPlaces(80), (places) => {
        const one = united(places);
        const covered = (all: readonly Place[]) =>
          Array.from({ length: 80 }, (_, at) => all.some(({ start, end }) => start <= at && at < end));
        expect(covered(one)).toEqual(covered(places));
        for (const [i, { start }] of one.entries()) expect(start).toBeGreaterThan(one[i - 1]?.end ?? -1);
      }),
    );
  });
});

describe('passages', () => {
  it('are three at most, in order, show the first places whole, and part no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '果', '🍎'), minLength: 1, maxLength: 900 }), (text) => {
        const cut = (at: number) => (/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at);
        return fc.assert(
          fc.property(anyPlaces(text.length), (raw) => {
            const places = united(
              raw
                .map(({ start, end }) => ({ start: cut(start), end: cut(end) }))
                .filter((place) => place.start < place.end),
            );
            const passages = passagesOf(text, places);
            expect(passages.length).toBeLessThanOrEqual(3);
            const [first] = places;
            if (first !== undefined) expect(passages[0]?.start).toBeLessThanOrEqual(first.start);
            let last = 0;
            for (const { start, end } of passages) {
              expect(start).toBeGreaterThanOrEqual(last);
              expect(end).toBeLessThanOrEqual(text.length);
              expect(text.slice(start, end)).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
              expect(places.some((place) => place.start >= start && place.end <= end)).toBe(true);
              for (const place of places)
                expect(place.start < start === place.end <= start || place.start >= end).toBe(true);
              last = end;
            }
          }),
          { numRuns: 10 },
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of a short text are the text', () => {
    expect(passagesOf('some tea', [{ start: 5, end: 8 }])).toEqual([{ start: 0, end: 8 }]);
  });
});
