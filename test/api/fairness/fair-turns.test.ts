import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Caller, FairTurns, NoTurn, turnOf } from '../../../api/fairness/fair-turns.js';
import { CallerGone } from '../../../api/ports/errors.js';

/** Turns that are given back by hand. */
class World {
  readonly turns: FairTurns;
  /** Whose turn it is, in the order in which it became theirs. */
  readonly begun: { readonly caller: Caller; readonly leave: () => void }[] = [];

  constructor(turnsMax: number, placesMax: number, callerSharePercent = 90) {
    this.turns = new FairTurns({ turnsMax, placesMax, callerSharePercent });
  }

  ask(caller: Caller, times = 1): (() => void)[] {
    return Array.from({ length: times }, () =>
      this.turns.ask(caller, (leave) => this.begun.push({ caller, leave })),
    ).filter((withdraw) => withdraw !== null);
  }

  of(caller: Caller): number {
    return this.begun.filter((turn) => turn.caller === caller).length;
  }

  leave(at: number): void {
    this.begun.splice(at, 1)[0]?.leave();
  }
}

describe('turns', () => {
  it('one caller has half of them and its share of the places; the process itself has what is left', () => {
    const world = new World(32, 128);
    expect(world.ask('a', 1_000)).toHaveLength(16 + 115);
    expect([world.turns.active, world.turns.waiting]).toEqual([16, 115]);
    expect(world.ask(null, 1_000)).toHaveLength(16 + 13);
    expect([world.turns.active, world.turns.waiting]).toEqual([32, 128]);
  });

  it('one caller has all of both where callers are not told apart', () => {
    const world = new World(32, 128, 100);
    expect(world.ask('a', 1_000)).toHaveLength(32 + 128);
    expect([world.turns.active, world.turns.waiting]).toEqual([32, 128]);
  });

  it('whoever comes next finds a turn at once, and places', () => {
    const world = new World(32, 128);
    world.ask('a', 1_000);
    expect(world.ask('b', 1_000)).toHaveLength(8 + 11);
    expect(world.of('b')).toBe(8);
  });

  it('several leave some for the next', () => {
    const world = new World(32, 128);
    for (const caller of ['a', 'b', 'c', 'd']) world.ask(caller, 1_000);
    expect(['a', 'b', 'c', 'd'].map((caller) => world.of(caller))).toEqual([16, 8, 4, 2]);
    world.ask('e');
    expect(world.of('e')).toBe(1);
  });

  it('the next one is that of the caller who has fewest', () => {
    const world = new World(4, 100);
    world.ask(null, 4);
    world.ask('a', 10);
    world.ask('b', 1);
    world.leave(0);
    expect([world.of('a'), world.of('b')]).toEqual([1, 0]);
    world.leave(0);
    expect([world.of('a'), world.of('b')]).toEqual([1, 1]);
  });

  it("the process's own wishes begin in the order in which they came", () => {
    const { turns } = new World(2, Number.POSITIVE_INFINITY, 100);
    const begun: string[] = [];
    const leaves: (() => void)[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      turns.ask(null, (leave) => {
        begun.push(name);
        leaves.push(leave);
      });
    }
    expect(begun).toEqual(['a', 'b']);
    leaves[0]?.();
    expect(begun).toEqual(['a', 'b', 'c']);
    leaves[1]?.();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('what is withdrawn is not begun, and leaves its place', () => {
    const world = new World(1, 2);
    world.ask('a');
    const [withdraw] = world.ask('b');
    world.ask('c');
    withdraw?.();
    withdraw?.();
    expect(world.turns.waiting).toBe(1);
    world.leave(0);
    expect(world.begun.map(({ caller }) => caller)).toEqual(['c']);
  });

  it('are never more than there are, and nobody waits for ever', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.nat(3)), { maxLength: 200 });
    const percents = fc.constantFrom(50, 90, 100);
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 5 }),
        fc.nat(10),
        percents,
        (asked, turnsMax, placesMax, percent) => {
          const world = new World(turnsMax, placesMax, percent);
          for (const [caller, what] of asked) {
            if (what > 0) world.ask(caller);
            else if (world.begun.length > 0) world.leave(0);
            expect(world.turns.active).toBe(world.begun.length);
            expect(world.turns.active).toBeLessThanOrEqual(turnsMax);
            expect(world.turns.waiting).toBeLessThanOrEqual(placesMax);
          }
          while (world.begun.length > 0) world.leave(0);
          expect([world.turns.active, world.turns.waiting]).toEqual([0, 0]);
        },
      ),
    );
  });
});

describe('waiting for a turn', () => {
  const settings = { turnsMax: 1, placesMax: 10, callerSharePercent: 100 };

  it('gives a turn back that comes in the moment in which nobody waits for it any more', async () => {
    const turns = new FairTurns(settings);
    const leave = await turnOf(turns, 'a', {});
    const caller = new AbortController();
    const waiting = turnOf(turns, 'b', { signal: caller.signal });
    caller.abort();
    leave();
    await expect(waiting).rejects.toBeInstanceOf(CallerGone);
    expect([turns.active, turns.waiting]).toEqual([0, 0]);
    (await turnOf(turns, 'c', { waitMs: 60_000 }))();
    expect(turns.active).toBe(0);
  });

  it('ends when its time is up, and when there is no place to wait', async () => {
    const turns = new FairTurns({ ...settings, placesMax: 1 });
    const leave = await turnOf(turns, 'a', {});
    const waiting = turnOf(turns, 'b', { waitMs: 20 });
    await expect(turnOf(turns, 'c', {})).rejects.toBeInstanceOf(NoTurn);
    await expect(waiting).rejects.toBeInstanceOf(NoTurn);
    leave();
    expect([turns.active, turns.waiting]).toEqual([0, 0]);
  });
});
