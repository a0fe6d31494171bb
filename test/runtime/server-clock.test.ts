/** A clock that follows a server's, whatever this machine's says. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerClock } from '../../runtime/server-clock.js';

const HOUR_MS = 3_600_000;
const TOLERANCE_MS = 500;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a server's clock", () => {
  it.each([
    ['ahead', 25 * HOUR_MS],
    ['behind', -25 * HOUR_MS],
  ])('is kept with this machine %s of it', async (_, off) => {
    const truth = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => truth() + off);
    const clock = new ServerClock(async () => truth());
    expect(Math.abs(clock.now() - truth() - off)).toBeLessThan(TOLERANCE_MS);
    await clock.ask();
    expect(Math.abs(clock.now() - truth())).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs(clock.machineAheadMs - off)).toBeLessThan(TOLERANCE_MS);
  });

  it('is not moved by an answer that its own way explains, and is by one that it does not', async () => {
    let time = Date.now();
    let wayMs = 0;
    const clock = new ServerClock(async () => {
      const until = performance.now() + wayMs;
      while (performance.now() < until);
      return time;
    });
    await clock.ask();
    const first = clock.now();
    wayMs = 40;
    time = first + 10;
    await clock.ask();
    expect(clock.now() - first).toBeGreaterThanOrEqual(wayMs - 1);
    wayMs = 0;
    time = clock.now() + HOUR_MS;
    await clock.ask();
    expect(Math.abs(clock.now() - time)).toBeLessThan(TOLERANCE_MS);
  });

  it("stays this machine's while the server does not tell", async () => {
    const clock = new ServerClock(async () => null);
    await clock.ask();
    expect(clock.machineAheadMs).toBeLessThan(TOLERANCE_MS);
  });
});
