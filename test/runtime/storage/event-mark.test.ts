import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventMark } from '../../../runtime/storage/event-mark.js';

describe('the mark of an event id', () => {
  it('is a signed number of 32 bits, which MongoDB keeps in four bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (id) => (eventMark(id) | 0) === eventMark(id)));
  });

  it('never changes: it is stored', () => {
    expect(['', 'e-1', '事件-1'].map(eventMark)).toEqual([-2_128_831_035, 808_037_106, 887_857_950]);
  });

  it('tells ids apart, but for a few', () => {
    const marks = new Set(Array.from({ length: 20_000 }, (_, i) => eventMark(`018f6c2e-7b7e-7d3c-${i}`)));
    expect(marks.size).toBeGreaterThan(19_990);
  });
});
