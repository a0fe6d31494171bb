import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePlace, earliest, encodePlace, hasReached, latest, moved } from '../../../api/changes/place.js';

const places = fc.array(fc.nat(1_000_000_000), { maxLength: 12 });

describe('the id of an event', () => {
  it('says where its subscriber is', () => {
    fc.assert(
      fc.property(fc.string(), places, (edition, offsets) => {
        const place = { edition, places: offsets };
        expect(decodePlace(encodePlace(place))).toEqual(place);
      }),
    );
  });

  it.each([
    ['', 'nothing'],
    ['x', 'no JSON'],
    ['WyIxIiwxXQ==', 'another spelling of the same bytes'],
    [Buffer.from('{"edition":"1"}').toString('base64url'), 'no list'],
    [Buffer.from('[1,2]').toString('base64url'), 'no edition'],
    [Buffer.from('["1",-1]').toString('base64url'), 'an offset before the first'],
    [Buffer.from('["1",1.5]').toString('base64url'), 'half an offset'],
    [Buffer.from('["1",1e300]').toString('base64url'), 'an offset beyond all'],
    [Buffer.from(`["${'1'.repeat(30_000)}"]`).toString('base64url'), 'too much'],
  ])('is refused: %s (%s)', (text) => {
    expect(decodePlace(text)).toBeNull();
  });
});

describe('places', () => {
  it('are between the earliest and the latest of them, in every partition', () => {
    fc.assert(
      fc.property(places, places, (some, others) => {
        for (const one of [some, others]) {
          expect(hasReached(one, earliest([some, others]))).toBe(true);
          expect(hasReached(latest([some, others]), one)).toBe(true);
        }
      }),
    );
  });

  it('that are not known yet count as not begun', () => {
    expect(earliest([[5, 5], [7]])).toEqual([5, 0]);
    expect(hasReached([5], [5, 1])).toBe(false);
    expect(hasReached([5], [5, 0])).toBe(true);
    expect(moved([5], new Map([[2, 7]]))).toEqual([5, 0, 7]);
  });
});
