import { describe, expect, it } from 'vitest';
import { Watchdog } from '../../../projector/kafka/watchdog.js';

const at = (position: number, end: number, partition = 0) => ({ topic: 't', partition, position, end });

describe('the watchdog', () => {
  it('tells a position that does not move though there is more, once the time is up', () => {
    const watchdog = new Watchdog(1000);
    expect([0, 400, 800].map((now) => watchdog.look(now, [at(5, 9)]))).toEqual([[], [], []]);
    expect(watchdog.look(1200, [at(5, 9)])).toEqual([{ ...at(5, 9), stillMs: 1200 }]);
  });

  it('is content with a position that moves, and with one at the end', () => {
    const watchdog = new Watchdog(1000);
    const looks = [0, 1, 2, 3, 4, 5, 6].map((i) => watchdog.look(i * 400, [at(i, 99, 0), at(7, 7, 1)]));
    expect(looks.flat()).toEqual([]);
  });

  it('begins to count when a position at the end is left behind', () => {
    const watchdog = new Watchdog(1000);
    for (const now of [0, 400, 800, 1200]) expect(watchdog.look(now, [at(7, 7)])).toEqual([]);
    expect([1600, 2000].map((now) => watchdog.look(now, [at(7, 8)]))).toEqual([[], []]);
    expect(watchdog.look(2400, [at(7, 8)])).toHaveLength(1);
  });

  it('counts no time in which fetching was paused, or in which the process itself stood still', () => {
    const watchdog = new Watchdog(1000);
    watchdog.look(0, [at(5, 9)]);
    watchdog.look(400, [at(5, 9)]);
    watchdog.skip();
    expect(watchdog.look(60_000, [at(5, 9)])).toEqual([]);
    expect(watchdog.look(120_000, [at(5, 9)])).toEqual([]);
    expect(watchdog.look(120_400, [at(5, 9)])).toHaveLength(1);
  });

  it('begins anew with another consumer', () => {
    const watchdog = new Watchdog(1000);
    for (const now of [0, 400, 800]) watchdog.look(now, [at(5, 9)]);
    watchdog.reset();
    expect(watchdog.look(1200, [at(5, 9)])).toEqual([]);
  });
});
