import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTime } from '../../../mappings/aggregates/registers.js';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('the time of a register', () => {
  it('is what a Date would print, in every year that events may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (instant) => {
        expect(asTime(instant)).toBe(new Date(instant).toISOString());
      }),
      { examples: [[FIRST], [LAST], [-1], [0]] },
    );
  });

  it('is null where there is none', () => {
    expect(asTime(null)).toBeNull();
  });
});
