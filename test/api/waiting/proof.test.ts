import { describe, expect, it } from 'vitest';
import type { AggregateProgress } from '../../../api/ports/waiting.js';
import { isBeyond, placesOf, reachedSequence } from '../../../api/waiting/proof.js';

const at = (partition: string, offset: number) => ({ partition, offset });

const PROGRESS: AggregateProgress = {
  sequences: [
    [1, 4],
    [6, 7],
  ],
  remembered: [
    { sequence: 0, eventId: 'e-0', place: at('orders/0', 9) },
    { sequence: 6, eventId: 'e-6', place: at('orders/0', 12) },
    { sequence: 7, eventId: 'e-7', place: at('orders/0', 11) },
  ],
  forgotten: [at('orders/0', 10), at('orders/1', 3)],
  customers: [],
};

const sequence = (n: number) => ({ by: 'sequence', sequence: n }) as const;
const event = (eventId: string) => ({ by: 'event', eventId }) as const;

describe('what must be behind the positions', () => {
  it('is the place of the event itself while it is remembered', () => {
    expect(placesOf(event('e-6'), PROGRESS)).toEqual([at('orders/0', 12)]);
    expect(placesOf(event('e-0'), PROGRESS)).toEqual([at('orders/0', 9)]);
    expect(placesOf(sequence(7), PROGRESS)).toEqual([at('orders/0', 11)]);
  });

  it('is the last place of all forgotten ones when the sequence was merged and is not remembered', () => {
    expect(placesOf(sequence(3), PROGRESS)).toEqual(PROGRESS.forgotten);
  });

  it('is not known of an event that is not remembered, or of a sequence that was not merged', () => {
    expect(placesOf(event('e-5'), PROGRESS)).toBeNull();
    expect(placesOf(sequence(5), PROGRESS)).toBeNull();
    expect(placesOf(sequence(8), PROGRESS)).toBeNull();
  });

  it('is not known of a merged sequence when nobody kept where it was', () => {
    expect(placesOf(sequence(3), { ...PROGRESS, forgotten: [] })).toBeNull();
  });

  it('is behind them when the next offset is greater, in every partition', () => {
    const places = [at('orders/0', 10), at('orders/1', 3)];
    expect(isBeyond(new Map([...[['orders/0', 11] as const], ['orders/1', 4]]), places)).toBe(true);
    expect(isBeyond(new Map([['orders/0', 11], ...[['orders/1', 3] as const]]), places)).toBe(false);
    expect(isBeyond(new Map([['orders/0', 11]]), places)).toBe(false);
  });
});

describe('the version reached', () => {
  it.each([
    [{}, null],
    [{ 'orders/0': 11, 'orders/1': 3 }, null],
    [{ 'orders/0': 11, 'orders/1': 4 }, 4],
    [{ 'orders/0': 12, 'orders/1': 3 }, 7],
    [{ 'orders/0': 13, 'orders/1': 4 }, 7],
  ])('with the positions %j is %j', (positions, reached) => {
    expect(reachedSequence(PROGRESS, new Map(Object.entries(positions)))).toBe(reached);
  });

  it('does not count an event without sequence', () => {
    const progress = { ...PROGRESS, sequences: [], remembered: PROGRESS.remembered.slice(0, 1) };
    expect(reachedSequence(progress, new Map([['orders/0', 99]]))).toBeNull();
  });
});
