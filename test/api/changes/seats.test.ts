import { describe, expect, it } from 'vitest';
import { Seats } from '../../../api/changes/seats.js';
import { Turns } from '../../../api/changes/turns.js';

describe('seats', () => {
  it('are limited for each caller and in all, and are given back once', () => {
    const seats = new Seats({ max: 3, perCallerMax: 2 });
    const first = seats.take('a');
    expect(seats.take('a').kind).toBe('taken');
    expect(seats.take('a')).toEqual({ kind: 'refused', by: 'perCallerMax' });
    expect(seats.take('b').kind).toBe('taken');
    expect(seats.take('c')).toEqual({ kind: 'refused', by: 'max' });
    if (first.kind !== 'taken') throw new Error('There was room.');
    first.release();
    first.release();
    expect(seats.count).toBe(2);
    expect(seats.take('c').kind).toBe('taken');
    expect(seats.take('a')).toEqual({ kind: 'refused', by: 'max' });
  });
});

describe('turns', () => {
  it('let so many work at a time, in the order of their coming', async () => {
    const turns = new Turns(2);
    const working: string[] = [];
    const ends: (() => void)[] = [];
    const work = (name: string) =>
      turns.take(() => {
        working.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    const all = ['a', 'b', 'c', 'd'].map(work);
    expect(working).toEqual(['a', 'b']);
    ends[0]?.();
    await all[0];
    expect(working).toEqual(['a', 'b', 'c']);
    ends[1]?.();
    await all[1];
    for (const end of ends) end();
    ends[3]?.();
    await Promise.all(all);
    expect(working).toEqual(['a', 'b', 'c', 'd']);
  });
});
