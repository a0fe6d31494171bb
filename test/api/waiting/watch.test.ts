import { describe, expect, it } from 'vitest';
import { Shares } from '../../../api/fairness/shares.js';
import { StoreUnavailable } from '../../../api/ports/errors.js';
import type { AggregateProgress, JobName, PendingJob } from '../../../api/ports/waiting.js';
import type { Awaited } from '../../../api/waiting/demands.js';
import { WATCH_PACE, type Wait, type WaitOutcome, Watch } from '../../../api/waiting/watch.js';
import type { View } from '../../../mappings/contract.js';
import type { AggregateName } from '../../../mappings/events/event.js';
import { views } from '../../../mappings/registry.js';
import { Clock, settled } from './clock.js';

const WAITERS_MAX = 250;

/** A log of one partition for each aggregate, and what became of it. */
class World {
  readonly clock = new Clock();
  readonly states = new Map<string, AggregateProgress>();
  readonly positions = new Map<string, number>();
  /** Generation, aggregate and ids of each read of states. */
  readonly reads: [number, AggregateName, readonly string[]][] = [];
  positionReads = 0;
  readonly jobs: PendingJob[] = [];
  readonly jobReads: (readonly JobName[])[] = [];
  failing = false;
  /** Holds the positions back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  readonly watch = new Watch(
    {
      progress: {
        progress: async (generation, aggregate, ids) => {
          this.reads.push([generation, aggregate, ids]);
          const found = ids.map((id) => [id, this.states.get(`${aggregate}/${id}`)] as const);
          return new Map(found.flatMap(([id, progress]) => (progress === undefined ? [] : [[id, progress] as const])));
        },
      },
      positions: {
        positions: async () => {
          this.positionReads += 1;
          await this.gate;
          if (this.failing) throw new StoreUnavailable('mongodb', { cause: 'test' });
          return new Map(this.positions);
        },
      },
      jobs: {
        jobs: async (_generation, named) => {
          this.jobReads.push(named);
          return this.jobs;
        },
      },
      timers: this.clock,
    },
    { waitersMax: WAITERS_MAX, shares: new Shares(100), idle: () => () => {} },
  );

  merge(name: string, sequences: readonly number[], customers: readonly string[] = []): void {
    const partition = `${name.split('/')[0]}/0`;
    this.states.set(name, {
      sequences: sequences.map((n) => [n, n]),
      remembered: sequences.map((n) => ({ sequence: n, eventId: `e-${n}`, place: { partition, offset: n } })),
      forgotten: [],
      customers,
    });
  }

  commit(partition: string, next: number): void {
    this.positions.set(partition, next);
  }
}

const version = (aggregate: AggregateName, id: string, sequence: number): Awaited => ({
  aggregate,
  id,
  mark: { by: 'sequence', sequence },
});

/** Waits, and notes the outcome once there is one. */
function wait(
  { watch }: World,
  awaited: readonly Awaited[],
  {
    timeoutMs = 1_000,
    signal = new AbortController().signal,
    caller = 'a',
    generation = 1,
    views: shown = Object.values<View>(views),
    mayLearnOf = () => true,
  }: Partial<Wait> = {},
) {
  const noted: { outcome: WaitOutcome | null; error: unknown } = { outcome: null, error: null };
  watch.until({ caller, generation, awaited, views: shown, timeoutMs, signal, mayLearnOf }).then(
    (outcome) => {
      noted.outcome = outcome;
    },
    (error: unknown) => {
      noted.error = error;
    },
  );
  return noted;
}

describe('a wait', () => {
  it('ends at once for what is visible already', async () => {
    const world = new World();
    world.merge('orders/o-1', [1, 2]);
    world.commit('orders/0', 3);
    const waiting = wait(world, [version('orders', 'o-1', 2)]);
    await world.clock.pass(0);
    expect(waiting.outcome).toEqual({ kind: 'visible', reached: { 'orders/o-1': 2 } });
  });

  it('goes on while the event is merged and its position is not beyond it', async () => {
    const world = new World();
    const waiting = wait(world, [version('orders', 'o-1', 1)]);
    await world.clock.pass(50);
    world.merge('orders/o-1', [1]);
    await world.clock.pass(100);
    world.commit('orders/0', 1);
    await world.clock.pass(200);
    expect(waiting.outcome).toBeNull();
    world.commit('orders/0', 2);
    await world.clock.pass(WATCH_PACE.pauseMsMax);
    expect(waiting.outcome).toMatchObject({ kind: 'visible' });
  });

  it('goes on while the positions are beyond what only others were merged of', async () => {
    const world = new World();
    world.merge('orders/o-1', [1, 3]);
    world.commit('orders/0', 99);
    const waiting = wait(world, [version('orders', 'o-1', 2)], { timeoutMs: 300 });
    await world.clock.pass(299);
    expect(waiting.outcome).toBeNull();
    await world.clock.pass(1);
    expect(waiting.outcome).toEqual({ kind: 'timeout', reached: { 'orders/o-1': 3 }, fanOut: [] });
  });

  it('ends when the last of several events is visible', async () => {
    const world = new World();
    world.merge('orders/o-1', [1]);
    world.commit('orders/0', 2);
    const waiting = wait(world, [version('orders', 'o-1', 1), version('customers', 'c/1', 4)]);
    await world.clock.pass(100);
    expect(waiting.outcome).toBeNull();
    world.merge('customers/c/1', [4]);
    world.commit('customers/0', 5);
    await world.clock.pass(100);
    expect(waiting.outcome).toEqual({ kind: 'visible', reached: { 'orders/o-1': 1, 'customers/c%2F1': 4 } });
  });

  it('that is in vain tells what was reached of each aggregate', async () => {
    const world = new World();
    world.merge('orders/o-1', [1, 2]);
    world.commit('orders/0', 2);
    const waiting = wait(world, [version('orders', 'o-1', 2), version('orders', 'o-2', 1)], { timeoutMs: 100 });
    await world.clock.pass(100);
    expect(waiting.outcome).toEqual({ kind: 'timeout', reached: { 'orders/o-1': 1, 'orders/o-2': null }, fanOut: [] });
  });

  it('for what the caller may not learn of is like one for what is not there', async () => {
    const world = new World();
    world.merge('orders/o-foreign', [1], ['c-other']);
    world.commit('orders/0', 2);
    const mayLearnOf = (_: Awaited, { customers }: AggregateProgress) => customers.includes('c-own');
    const [foreign, absent] = ['o-foreign', 'o-absent'].map((id) =>
      wait(world, [version('orders', id, 1)], { mayLearnOf, timeoutMs: 200 }),
    );
    await world.clock.pass(199);
    expect([foreign?.outcome, absent?.outcome]).toEqual([null, null]);
    await world.clock.pass(1);
    expect(foreign?.outcome).toEqual({ kind: 'timeout', reached: { 'orders/o-foreign': null }, fanOut: [] });
    expect(absent?.outcome).toEqual({ kind: 'timeout', reached: { 'orders/o-absent': null }, fanOut: [] });
  });

  it('ends when its caller goes away, and leaves nothing behind', async () => {
    const world = new World();
    const caller = new AbortController();
    const waiting = wait(world, [version('orders', 'o-1', 1)], { signal: caller.signal });
    await world.clock.pass(10);
    caller.abort();
    await world.clock.pass(0);
    expect(waiting.outcome).toEqual({ kind: 'gone' });
    expect(world.clock.planned).toBe(0);
    expect(await world.watch.until({ ...WAIT, signal: caller.signal })).toEqual({ kind: 'gone' });
  });

  it('is in its own generation', async () => {
    const world = new World();
    wait(world, [version('orders', 'o-1', 1)], { generation: 1 });
    wait(world, [version('orders', 'o-1', 1)], { generation: 2 });
    await world.clock.pass(0);
    expect(world.reads).toEqual([
      [1, 'orders', ['o-1']],
      [2, 'orders', ['o-1']],
    ]);
  });
});

const WAIT = {
  caller: 'a',
  views: [],
  generation: 1,
  awaited: [version('orders', 'o-1', 1)],
  mayLearnOf: () => true,
  timeoutMs: 1_000,
};

describe('the watch', () => {
  it('reads nothing while nobody waits', async () => {
    const world = new World();
    world.merge('orders/o-1', [1]);
    world.commit('orders/0', 2);
    wait(world, [version('orders', 'o-1', 1)]);
    await world.clock.pass(0);
    const reads = world.positionReads;
    await world.clock.pass(60_000);
    expect(world.positionReads).toBe(reads);
    expect(world.clock.planned).toBe(0);
  });

  it('reads once for all who wait, and each state once', async () => {
    const world = new World();
    for (let i = 0; i < 100; i += 1) wait(world, [version('orders', `o-${i % 5}`, 9), version('products', 'p-1', 1)]);
    await world.clock.pass(0);
    expect(world.positionReads).toBe(1);
    expect(world.reads).toEqual([
      [1, 'orders', ['o-0', 'o-1', 'o-2', 'o-3', 'o-4']],
      [1, 'products', ['p-1']],
    ]);
  });

  it('does not read the state again of what it knows to be merged', async () => {
    const world = new World();
    world.merge('orders/o-1', [1]);
    wait(world, [version('orders', 'o-1', 1)]);
    await world.clock.pass(500);
    expect(world.positionReads).toBeGreaterThan(4);
    expect(world.reads).toHaveLength(1);
  });

  it('looks every 20 ms, then less often, and often again for who comes later', async () => {
    const world = new World();
    wait(world, [version('orders', 'o-1', 1)], { timeoutMs: 5_000 });
    await world.clock.pass(100);
    expect(world.positionReads).toBeGreaterThanOrEqual(4);
    expect(world.positionReads).toBeLessThanOrEqual(6);
    await world.clock.pass(2_000);
    const before = world.positionReads;
    await world.clock.pass(1_000);
    expect(world.positionReads - before).toBe(1_000 / WATCH_PACE.pauseMsMax);
    world.merge('orders/o-2', [1]);
    world.commit('orders/0', 2);
    const second = wait(world, [version('orders', 'o-2', 1)]);
    await world.clock.pass(WATCH_PACE.pauseMsMin);
    expect(second.outcome).toMatchObject({ kind: 'visible' });
  });

  it('looks no more often than every 20 ms, however many come', async () => {
    const world = new World();
    for (let i = 0; i < 100; i += 1) {
      wait(world, [version('orders', `o-${i}`, 1)]);
      await world.clock.pass(1);
    }
    expect(world.positionReads).toBeLessThanOrEqual(6);
  });

  it('has one look at a time, however long it takes, and time-outs do not wait for it', async () => {
    const world = new World();
    let open = () => {};
    world.gate = new Promise((resolve) => {
      open = resolve;
    });
    const waiting = wait(world, [version('orders', 'o-1', 1)], { timeoutMs: 300 });
    const longer = wait(world, [version('orders', 'o-2', 1)], { timeoutMs: 1_000 });
    await world.clock.pass(400);
    expect(world.positionReads).toBe(1);
    expect(waiting.outcome).toMatchObject({ kind: 'timeout' });
    world.merge('orders/o-2', [1]);
    world.commit('orders/0', 2);
    open();
    await settled();
    await world.clock.pass(100);
    expect(longer.outcome).toMatchObject({ kind: 'visible' });
  });

  it('goes on when the stores do not answer, and says so when the time is up', async () => {
    const world = new World();
    world.failing = true;
    const short = wait(world, [version('orders', 'o-1', 1)], { timeoutMs: 100 });
    const long = wait(world, [version('orders', 'o-1', 1)], { timeoutMs: 1_000 });
    await world.clock.pass(100);
    expect(short.error).toBeInstanceOf(StoreUnavailable);
    world.failing = false;
    world.merge('orders/o-1', [1]);
    world.commit('orders/0', 2);
    await world.clock.pass(100);
    expect(long.outcome).toMatchObject({ kind: 'visible' });
  });

  it('turns away those beyond its limit', async () => {
    const world = new World();
    for (let i = 0; i < WAITERS_MAX; i += 1) wait(world, [version('orders', 'o-1', 1)]);
    const beyond = wait(world, [version('orders', 'o-1', 1)]);
    await settled();
    expect(beyond.outcome).toEqual({ kind: 'crowded' });
    await world.clock.pass(1_000);
    const later = wait(world, [version('orders', 'o-1', 1)], { timeoutMs: 10 });
    await world.clock.pass(10);
    expect(later.outcome).toMatchObject({ kind: 'timeout' });
  });
});

/** A pending job of the product `p-1`, which covers what is before this place. */
const renaming = (view: 'orders' | 'customers', next: number): PendingJob => ({
  ...{ view, reference: 'product', referredId: 'p-1', documents: 7, since: 1_000 },
  covered: new Map([['products/0', next]]),
});

describe('a wait for what jobs bring to documents', () => {
  it('goes on until every job has passed the event, or is gone', async () => {
    const world = new World();
    world.merge('products/p-1', [1, 2]);
    world.commit('products/0', 3);
    world.jobs.push(renaming('orders', 2), renaming('customers', 1));
    const first = wait(world, [version('products', 'p-1', 1)]);
    const second = wait(world, [version('products', 'p-1', 2)]);
    await world.clock.pass(200);
    expect([first.outcome, second.outcome]).toEqual([null, null]);
    // Another pass is under way: the last one was for the first event, and not for the second.
    world.jobs.splice(1, 1, renaming('customers', 2));
    await world.clock.pass(WATCH_PACE.pauseMsMax);
    expect([first.outcome?.kind, second.outcome]).toEqual(['visible', null]);
    world.jobs.length = 0;
    await world.clock.pass(WATCH_PACE.pauseMsMax);
    expect(second.outcome).toMatchObject({ kind: 'visible' });
  });

  it('says how far they are when they have not come so far', async () => {
    const world = new World();
    world.merge('products/p-1', [1]);
    world.commit('products/0', 2);
    world.jobs.push(renaming('orders', 1));
    const waiting = wait(world, [version('products', 'p-1', 1)], { timeoutMs: 300 });
    await world.clock.pass(300);
    expect(waiting.outcome).toEqual({
      kind: 'timeout',
      reached: { 'products/p-1': 1 },
      fanOut: [{ aggregate: 'products/p-1', job: renaming('orders', 1) }],
    });
  });

  it('says so, too, when other events have not come at all', async () => {
    const world = new World();
    world.merge('products/p-1', [1]);
    world.commit('products/0', 2);
    world.jobs.push(renaming('orders', 1));
    const absent = wait(world, [version('products', 'p-1', 1), version('orders', 'o-1', 99)], { timeoutMs: 300 });
    await world.clock.pass(300);
    expect(absent.outcome).toEqual({
      kind: 'timeout',
      reached: { 'products/p-1': 1, 'orders/o-1': null },
      fanOut: [{ aggregate: 'products/p-1', job: renaming('orders', 1) }],
    });
    // Without a job it waits for the other event all the same.
    world.jobs.length = 0;
    const without = wait(world, [version('products', 'p-1', 1), version('orders', 'o-1', 99)], { timeoutMs: 300 });
    await world.clock.pass(300);
    expect(without.outcome).toMatchObject({ kind: 'timeout', fanOut: [] });
  });

  it('is for those jobs only that write what the answer shows', async () => {
    const world = new World();
    world.merge('products/p-1', [1]);
    world.commit('products/0', 2);
    world.jobs.push(renaming('orders', 1));
    const ends = async (shown: readonly View[]) => {
      const waiting = wait(world, [version('products', 'p-1', 1)], { views: shown, timeoutMs: 300 });
      await world.clock.pass(300);
      return waiting.outcome?.kind;
    };
    expect(await ends([views.orders])).toBe('timeout');
    expect(await ends([views.customers])).toBe('visible');
    expect(await ends([views.products])).toBe('visible');
  });

  it('asks for jobs after the positions, all in one question, and for orders not at all', async () => {
    const world = new World();
    world.merge('orders/o-1', [1]);
    world.commit('orders/0', 2);
    wait(world, [version('orders', 'o-1', 1)]);
    await world.clock.pass(0);
    expect(world.jobReads).toEqual([]);
    world.merge('products/p-1', [1]);
    world.merge('products/p-2', [1]);
    wait(world, [version('products', 'p-1', 1)]);
    wait(world, [version('products', 'p-2', 1), version('orders', 'o-1', 1)]);
    await world.clock.pass(100);
    // Neither is committed: no job needs to be there yet.
    expect(world.jobReads).toEqual([]);
    world.commit('products/0', 2);
    await world.clock.pass(100);
    expect(world.jobReads.map((named) => named.map(({ view, referredId }) => `${view} ${referredId}`))).toEqual([
      ['orders p-1', 'customers p-1', 'orders p-2', 'customers p-2'],
    ]);
  });
});
