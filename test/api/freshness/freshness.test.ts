import { describe, expect, it } from 'vitest';
import { ComputedFreshness } from '../../../api/freshness/freshness.js';
import type { PartitionEnds, PendingFanOut } from '../../../api/ports/freshness.js';

/** A log whose records' times are known, positions that can be set, and a clock that is set too. */
class World {
  now = 1_000_000;
  /** By how much the wall clock was set. */
  set = 0;
  /** Append times by partition; the offset is the index. */
  readonly log = new Map<string, number[]>();
  readonly positions = new Map<string, number>();
  fanOut: PendingFanOut = { aggregates: 0, since: null };
  refused = 0;
  readonly unknown: unknown[] = [];
  earliest = 0;
  reads = 0;
  searches = 0;
  failing = false;
  /** Holds the ends back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  readonly freshness = new ComputedFreshness(
    {
      logEnds: { ends: () => this.#ends(), offsetsAt: async (timeMs) => this.#offsetsAt(timeMs) },
      positions: { positions: async () => new Map(this.positions) },
      fanOut: { pending: async () => this.fanOut },
      refused: { refused: async () => this.refused },
      now: () => this.now + this.set,
      monotonic: () => this.now,
      onUnknown: (error) => this.unknown.push(error),
    },
    { maxAgeMs: 100, timeoutMs: 50 },
  );

  async #ends(): Promise<PartitionEnds[]> {
    this.reads += 1;
    await this.gate;
    if (this.failing) throw new Error('no broker');
    return [...this.log].map(([partition, times]) => ({ partition, earliest: this.earliest, end: times.length }));
  }

  #offsetsAt(timeMs: number): Map<string, number> {
    this.searches += 1;
    const first = (times: number[]) => times.findIndex((time) => time >= timeMs);
    return new Map([...this.log].map(([name, times]) => [name, first(times) < 0 ? times.length : first(times)]));
  }
}

describe('freshness', () => {
  it('is 0 when every position is at the end', async () => {
    const world = new World();
    world.log.set('orders/0', [1, 2, 3]).set('orders/1', []);
    world.positions.set('orders/0', 3);
    expect(await world.freshness.of(1)).toEqual({
      ...{ lagEvents: 0, lagMs: 0, refused: 0 },
      asOf: '1970-01-01T00:16:40.000Z',
    });
  });

  it('tells how many documents are refused, though no event waits for them', async () => {
    const world = new World();
    world.refused = 3;
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: 0, refused: 3 });
  });

  it('sums what waits in every partition, from the earliest where there is no position', async () => {
    const world = new World();
    world.earliest = 1;
    world.log.set('orders/0', [1, 2, 3]).set('orders/1', [1, 2, 3, 4]).set('products/0', [5]);
    world.positions.set('orders/0', 2).set('products/0', 9);
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: 1 + 3 });
  });

  it.each([20, 1_500, 60_000, 900_000])('finds that the oldest event waits for %i ms', async (age) => {
    const world = new World();
    world.log.set('orders/0', [100, 200, world.now - age, world.now - 5]).set('orders/1', [300, world.now - 1]);
    world.positions.set('orders/0', 2).set('orders/1', 1);
    const { lagMs } = await world.freshness.of(1);
    expect(lagMs).toBeGreaterThanOrEqual(age);
    expect(lagMs).toBeLessThanOrEqual(age * 1.06 + 60);
  });

  it('counts a change whose fan-out is still under way as an event of its age', async () => {
    const world = new World();
    world.log.set('orders/0', [world.now - 40]);
    world.positions.set('orders/0', 1);
    world.fanOut = { aggregates: 2, since: world.now - 700 };
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: 2, lagMs: 700 });
    world.positions.set('orders/0', 0);
    world.now += 101;
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: 3, lagMs: 801 });
  });

  it('never misses a job: what the positions are beyond has its job by then', async () => {
    const asked: string[] = [];
    const freshness = new ComputedFreshness(
      {
        logEnds: { ends: async () => [], offsetsAt: async () => new Map() },
        positions: {
          positions: async () => {
            await new Promise((resolve) => setImmediate(resolve));
            asked.push('positions');
            return new Map();
          },
        },
        fanOut: {
          pending: async () => {
            asked.push('jobs');
            return { aggregates: 0, since: null };
          },
        },
        refused: { refused: async () => 0 },
        now: () => 0,
        monotonic: () => 0,
        onUnknown: () => {},
      },
      { maxAgeMs: 100, timeoutMs: 5_000 },
    );
    await freshness.of(1);
    expect(asked).toEqual(['positions', 'jobs']);
  });

  it('needs no search for what it saw arrive', async () => {
    const world = new World();
    world.log.set('orders/0', [1]);
    world.positions.set('orders/0', 1);
    await world.freshness.of(1);
    world.now += 400;
    world.log.get('orders/0')?.push(world.now - 100);
    expect((await world.freshness.of(1)).lagMs).toBe(400);
    world.now += 5_000;
    expect((await world.freshness.of(1)).lagMs).toBe(5_400);
    expect(world.searches).toBe(0);
  });

  it('is computed once for those who ask together, and given out again for a while', async () => {
    const world = new World();
    await Promise.all([world.freshness.of(1), world.freshness.of(1), world.freshness.of(1)]);
    world.now += 50;
    await world.freshness.of(1);
    expect(world.reads).toBe(1);
    world.now += 51;
    await world.freshness.of(1);
    expect(world.reads).toBe(2);
    await world.freshness.of(2);
    expect(world.reads).toBe(3);
  });

  it('is computed ahead of time while it is asked for, and nobody waits for that', async () => {
    const world = new World();
    world.log.set('orders/0', []);
    await world.freshness.of(1);
    world.now += 70;
    world.log.get('orders/0')?.push(world.now);
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: 0 });
    // Without it, what was known would still be given out.
    await expect.poll(() => world.freshness.of(1)).toMatchObject({ lagEvents: 1 });
    expect(world.reads).toBe(2);
  });

  it('is unknown when Kafka fails, says so once, and comes back', async () => {
    const world = new World();
    world.failing = true;
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: null, lagMs: null, asOf: expect.any(String) });
    world.now += 2_000;
    await world.freshness.of(1);
    await expect.poll(() => world.reads).toBe(2);
    expect(world.unknown).toHaveLength(1);
    world.failing = false;
    // The attempt goes on behind an answer that does not wait for it.
    await expect
      .poll(() => {
        world.now += 2_000;
        return world.freshness.of(1);
      })
      .toMatchObject({ lagEvents: 0 });
  });

  it('does not hold an answer up for longer than its time', async () => {
    const world = new World();
    let open = () => {};
    world.gate = new Promise((resolve) => {
      open = resolve;
    });
    expect(await world.freshness.of(1)).toMatchObject({ lagEvents: null });
    open();
    await expect.poll(() => world.freshness.of(1)).toMatchObject({ lagEvents: 0 });
    expect(world.reads).toBe(1);
  });

  describe('while the wall clock is set', () => {
    const HOUR_MS = 3_600_000;

    it.each([
      ['ahead, and Kafka was away meanwhile', true],
      ['ahead', false],
    ])('right again after it was %s, is computed as soon as ever', async (_, failing) => {
      const world = new World();
      world.failing = failing;
      world.set = HOUR_MS;
      await world.freshness.of(1);
      world.failing = false;
      world.set = 0;
      world.log.set('orders/0', [world.now]);
      world.now += 2_000;
      await expect.poll(() => world.freshness.of(1)).toMatchObject({ lagEvents: 1 });
      expect((await world.freshness.of(1)).asOf).toBe(new Date(world.now).toISOString());
    });

    it('tells the age of what it saw arrive as if it was not', async () => {
      const world = new World();
      world.log.set('orders/0', []);
      for (const set of [HOUR_MS, 0, -HOUR_MS]) {
        world.set = set;
        await world.freshness.of(1);
        world.now += 400;
      }
      world.log.get('orders/0')?.push(world.now - 100);
      world.set = 0;
      expect((await world.freshness.of(1)).lagMs).toBe(400);
      world.set = HOUR_MS;
      world.now += 5_000;
      expect((await world.freshness.of(1)).lagMs).toBe(5_400);
      expect(world.searches).toBe(0);
    });

    it.each([
      ['ahead', HOUR_MS],
      ['behind', -HOUR_MS],
    ])('right again after it was %s, searches anew for what it searched for then', async (_, set) => {
      const world = new World();
      world.now = 10 * HOUR_MS;
      world.log.set('orders/0', [world.now - 10_000]);
      world.set = set;
      await world.freshness.of(1);
      world.set = 0;
      world.now += 2_000;
      const { lagMs } = await world.freshness.of(1);
      expect(lagMs).toBeGreaterThanOrEqual(12_000);
      expect(lagMs).toBeLessThanOrEqual(12_000 * 1.06 + 60);
    });
  });
});
