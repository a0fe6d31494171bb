import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiSettings } from '../../../api/composition/settings.js';
import { Shares } from '../../../api/fairness/shares.js';
import { readSettings } from '../../../runtime/settings.js';

const { CALLER_SHARE_PERCENT: DEFAULT } = readSettings(apiSettings, {});

/** Takes what there is of so many, for one caller after the other. */
function places(max: number, percent: number) {
  const shares = new Shares(percent);
  let held = 0;
  return (caller: string): number => {
    let own = 0;
    while (held < max && shares.take(caller, max - held - 1) !== null) {
      held += 1;
      own += 1;
    }
    return own;
  };
}

describe('the share of a caller', () => {
  it.each([
    [2_000, 1_800],
    [500, 450],
    [250, 225],
    [128, 115],
    [4, 3],
    [3, 2],
    [2, 1],
    [1, 1],
  ])('of %i is %i when it is alone', (max, share) => {
    expect(places(max, DEFAULT)('a')).toBe(share);
  });

  it('leaves something to each of those who come after', () => {
    const take = places(500, DEFAULT);
    expect(['a', 'b', 'c', 'd'].map(take)).toEqual([450, 45, 4, 1]);
  });

  it('is all of it where callers are not told apart', () => {
    expect(places(500, 100)('a')).toBe(500);
  });

  it('is given back once', () => {
    const shares = new Shares(50);
    const first = shares.take('a', 1);
    const second = shares.take('a', 2);
    expect(shares.take('a', 2)).toBeNull();
    first?.();
    first?.();
    expect(shares.take('a', 2)).not.toBeNull();
    expect(shares.take('a', 2)).toBeNull();
    second?.();
  });

  it('never takes the last place of several from somebody who holds none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: 1, max: 99 }), (max, percent) => {
        const take = places(max, percent);
        expect(take('a')).toBeLessThan(max);
        expect(take('b')).toBeGreaterThan(0);
      }),
    );
  });
});
