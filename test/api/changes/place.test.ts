import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePlace,
  earliest,
  encodePlace,
  hasReached,
  idsFor,
  latest,
  placeSeal,
} from '../../../api/changes/place.js';
import { moved } from '../../../api/ports/changes.js';
import { EVERYBODY } from '../../../api/ports/principal.js';
import { encodeCursor } from '../../../api/query/cursor.js';
import { SECRET } from '../asking.js';

const seal = placeSeal(SECRET);
const anyOffset = fc.maxSafeNat();

const places = fc.array(fc.nat(1_000_000_000), { maxLength: 12 });

describe('the id of an event', () => {
  it('says where its subscriber is', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(anyOffset, { maxLength: 12 }), (edition, offsets) => {
        const place = { edition, places: offsets };
        expect(decodePlace(encodePlace(place, seal), seal)).toEqual(place);
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
    expect(decodePlace(text, seal)).toBeNull();
  });

  it('is refused with any one character changed, added or left out, and when another secret or purpose made it', () => {
    const id = encodePlace({ edition: '1.1.1.1', places: [7, 8] }, seal);
    for (let i = 0; i < id.length; i += 1) {
      const other = id[i] === 'A' ? 'B' : 'A';
      for (const text of [id.slice(0, i) + other + id.slice(i + 1), id.slice(0, i) + id.slice(i + 1)]) {
        expect(decodePlace(text, seal)).toBeNull();
      }
    }
    expect(decodePlace(`${id}A`, seal)).toBeNull();
    expect(decodePlace(id, placeSeal(Buffer.from('another')))).toBeNull();
    expect(decodePlace(encodeCursor({ generation: 1, fingerprint: 'f', after: [1] }, SECRET), seal)).toBeNull();
  });

  it('is as long whatever the places, and says nothing of them', () => {
    const idOf = (...offsets: number[]) => encodePlace({ edition: '1.1.1.1', places: offsets }, seal);
    const lengths = [idOf(0, 0), idOf(123_456, 9), idOf(2 ** 53 - 1, 2 ** 53 - 1)].map(({ length }) => length);
    expect(new Set(lengths).size).toBe(1);
    const bytes = Buffer.from(idOf(123_456, 9), 'base64url');
    expect(bytes.includes('1.1.1.1')).toBe(false);
    expect(bytes.includes('123456')).toBe(false);
  });

  it('is another every time for whoever is bound to a customer, and the same for others', () => {
    const bound = idsFor({ ...EVERYBODY, customerId: 'c-1' }, '1.1', seal);
    const ids = [bound([5]), bound([5])];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(decodePlace(id, seal)).toEqual({ edition: '1.1', places: [5] });
    const staff = idsFor(EVERYBODY, '1.1', seal);
    expect(staff([5])).toBe(staff([5]));
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
