import { describe, expect, it } from 'vitest';
import type { AggregateState } from '../../../mappings/aggregates/state.js';
import { StateCache } from '../../../projector/pipeline/state-cache.js';
import type { StateRecord } from '../../../projector/ports/states.js';

const record = (version: number, length = 10): StateRecord => ({ version, length, state: {} as AggregateState });
const IDS = ['a', 'b', 'c', 'd'];
const keptIn = (cache: StateCache) => [...cache.take('orders', IDS).keys()];

describe('the cache of states', () => {
  it('forgets what was used least recently: beyond so many, and beyond so many characters', () => {
    for (const cache of [new StateCache(3), new StateCache(100, 35)]) {
      for (const id of ['a', 'b', 'c']) cache.put('orders', id, record(1));
      cache.take('orders', ['a']);
      cache.put('orders', 'd', record(1));
      expect(keptIn(cache)).toEqual(['a', 'c', 'd']);
      expect(cache.take('customers', IDS).size).toBe(0);
    }
  });

  it('keeps the newer of two versions, whichever comes first', () => {
    const cache = new StateCache(3);
    for (const version of [2, 3, 1]) cache.put('orders', 'a', record(version));
    expect(cache.take('orders', ['a']).get('a')?.version).toBe(3);
  });

  it('keeps none that is longer than all may be, and not its former version either', () => {
    const cache = new StateCache(3, 35);
    for (const id of ['a', 'b']) cache.put('orders', id, record(1));
    cache.put('orders', 'a', record(2, 36));
    expect(keptIn(cache)).toEqual(['b']);
  });

  it('keeps one of which the store told no length', () => {
    const cache = new StateCache(3);
    cache.put('orders', 'a', record(1, 0));
    expect(keptIn(cache)).toEqual(['a']);
  });

  it('keeps none where none may be kept', () => {
    for (const cache of [new StateCache(0), new StateCache(0, 100), new StateCache(100, 0)]) {
      cache.put('orders', 'a', record(1, 1));
      expect(keptIn(cache)).toEqual([]);
    }
  });
});
