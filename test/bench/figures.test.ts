import { describe, expect, it } from 'vitest';
import { medianOf, percentile, spread, table } from '../../bench/figures.js';

describe('figures', () => {
  it('names the smallest, the middle and the largest, in any order of the values', () => {
    expect(spread([3, 1, 2], 1)).toBe('1.0 / 2.0 / 3.0');
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  });

  it('has no median of nothing', () => {
    expect(medianOf([])).toBeNaN();
    expect(percentile([], 0.99)).toBeNaN();
  });

  it('takes percentiles by nearest rank, so that each is a value that was measured', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it('aligns the columns of a table', () => {
    expect(
      table('Title', [
        ['', 'n'],
        ['long', '1'],
      ]),
    ).toBe('Title\n        n\n  long  1');
  });
});
