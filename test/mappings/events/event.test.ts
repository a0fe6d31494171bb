import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePointOrder, compareVersions, type Version } from '../../../mappings/events/event.js';

/** Texts that share beginnings and lie around the surrogates, where UTF-16 and code points disagree. */
const texts = fc.string({
  unit: fc.constantFrom('a', 'b', '\u{d7ff}', '\u{e000}', '\u{ffff}', '\u{10000}', '😀'),
  maxLength: 6,
});

const versions: fc.Arbitrary<Version> = fc.record({
  sequence: fc.integer({ min: 0, max: 2 }),
  time: fc.integer({ min: -1, max: 1 }),
  eventId: texts,
});

const sign = Math.sign;

describe('codePointOrder', () => {
  it('puts U+FFFF before U+10000, unlike UTF-16', () => {
    expect(codePointOrder('\u{ffff}', '\u{10000}')).toBeLessThan(0);
    expect('\u{ffff}' < '\u{10000}').toBe(false);
  });

  it('is the order of UTF-8 bytes', () => {
    const either = fc.oneof(texts, fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(either, either, (a, b) => {
        expect(sign(codePointOrder(a, b))).toBe(sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});

describe('compareVersions', () => {
  const base: Version = { sequence: 2, time: 20, eventId: 'm' };

  it.each<[string, Version]>([
    ['a lower sequence, whatever the rest', { sequence: 1, time: 99, eventId: 'z' }],
    ['no sequence', { sequence: 0, time: 99, eventId: 'z' }],
    ['an earlier time of the same sequence', { sequence: 2, time: 19, eventId: 'z' }],
    ['a lower id of the same time', { sequence: 2, time: 20, eventId: 'l' }],
    ['a shorter id', { sequence: 2, time: 20, eventId: '' }],
  ])('puts %s first', (_, first) => {
    expect(compareVersions(first, base)).toBeLessThan(0);
    expect(compareVersions(base, first)).toBeGreaterThan(0);
  });

  it('compares sequences as numbers', () => {
    expect(compareVersions({ ...base, sequence: 9 }, { ...base, sequence: 10 })).toBeLessThan(0);
  });

  it('is a total order: equal only to itself, antisymmetric, transitive', () => {
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        const same = a.sequence === b.sequence && a.time === b.time && a.eventId === b.eventId;
        expect(compareVersions(a, b) === 0).toBe(same);
        expect(sign(compareVersions(a, b)) + sign(compareVersions(b, a))).toBe(0);
        const [first, second, third] = [a, b, c].sort(compareVersions);
        if (first && second && third) expect(compareVersions(first, third)).toBeLessThanOrEqual(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
