import { describe, expect, it } from 'vitest';
import { Saturation } from '../../../api/limits/saturation.js';

/** Ten places, a tenth of a second a part. */
function world() {
  const at = { now: 0, held: 10 };
  const saturation = new Saturation(
    { max: 10, afterMs: 1_000 },
    () => at.held,
    () => at.now,
  );
  /** So many tenths of a second, in each of which so much happens. */
  const pass = (parts: number, { refused = 0, released = 0 }) => {
    for (let part = 0; part < parts; part += 1) {
      for (let i = 0; i < refused; i += 1) saturation.refused();
      for (let i = 0; i < released; i += 1) saturation.released();
      at.now += 100;
    }
    return saturation.isLasting;
  };
  return { at, saturation, pass };
}

describe('a process is saturated', () => {
  it('when it refuses all the time and gives hardly any place to others', () => {
    const { pass } = world();
    expect(pass(9, { refused: 3 })).toBe(false);
    expect(pass(1, { refused: 1 })).toBe(true);
  });

  it('though hardly anybody asks', () => {
    const { pass } = world();
    expect(pass(1, { refused: 1 })).toBe(false);
    expect(pass(8, {})).toBe(false);
    expect(pass(1, {})).toBe(true);
  });

  it('not by a burst, however large', () => {
    const { at, pass } = world();
    expect(pass(5, { refused: 1_000 })).toBe(false);
    at.held = 7;
    expect(pass(1, { released: 3 })).toBe(false);
    at.held = 10;
    expect(pass(9, { refused: 1_000 })).toBe(false);
  });

  it('not while there is a place', () => {
    const { at, pass } = world();
    expect(pass(9, { refused: 1 })).toBe(false);
    at.held = 9;
    expect(pass(20, {})).toBe(false);
  });

  it('not while its places go round, however many it refuses', () => {
    const { pass } = world();
    expect(pass(30, { refused: 1_000, released: 1 })).toBe(false);
    expect(pass(10, { refused: 1_000 })).toBe(true);
  });

  it('until nobody is refused for half of the time and there is room again', () => {
    const { at, pass } = world();
    expect(pass(10, { refused: 1 })).toBe(true);
    expect(pass(20, {}), 'nobody asks, and all places are still held').toBe(true);
    at.held = 7;
    expect(pass(1, {})).toBe(false);
    at.held = 10;
    expect(pass(9, { refused: 1 })).toBe(false);
    expect(pass(1, { refused: 1 })).toBe(true);
    at.held = 7;
    expect(pass(4, {})).toBe(true);
    expect(pass(1, {})).toBe(false);
  });

  it('never when that is not asked for', () => {
    const saturation = new Saturation(
      { max: 1, afterMs: 0 },
      () => 1,
      () => 0,
    );
    saturation.refused();
    expect(saturation.isLasting).toBe(false);
  });
});
