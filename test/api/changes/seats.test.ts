import { describe, expect, it } from 'vitest';
import { Seats } from '../../../api/changes/seats.js';

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
