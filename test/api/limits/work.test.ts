import { describe, expect, it } from 'vitest';
import { WORK } from '../../../api/limits/prices.js';
import { Work } from '../../../api/limits/work.js';

const { included, perPoint } = WORK.storeMs;

describe('the work of a store', () => {
  it('costs nothing while it takes as long as is included, of all questions together', () => {
    let now = 0;
    const work = new Work(() => now);
    const ends = [work.begin(), work.begin()];
    now += included / 2;
    expect(work.priceWith(0)).toBe(0);
    now += perPoint;
    expect(work.priceWith(0)).toBe(2);
    for (const end of ends) end(true);
    now += 10 * included;
    expect(work.priceWith(0)).toBe(2);
  });

  it('costs nothing where the store was away, however long that took', () => {
    let now = 0;
    const work = new Work(() => now);
    const away = work.begin();
    const answered = work.begin();
    now += 3 * included;
    away(false);
    answered(true);
    answered(true);
    expect(work.priceWith(0)).toBe((2 * included) / perPoint);
  });
});
