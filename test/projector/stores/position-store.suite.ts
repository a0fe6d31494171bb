/** What every store of positions does. */
import { describe, expect, it } from 'vitest';
import type { Position, PositionStore } from '../../../projector/ports/events.js';

const at = (partition: number, next: number, topic = 'shop.orders'): Position => ({ topic, partition, next });

function sorted(positions: readonly Position[]): Position[] {
  const name = ({ topic, partition }: Position) => `${topic}/${partition}`;
  return [...positions].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** `open` gives an empty store each time. */
export function positionStoreSuite(open: () => Promise<PositionStore>): void {
  describe('a store of positions', () => {
    it('has none at first, then one for each partition', async () => {
      const store = await open();
      expect(await store.read()).toEqual([]);
      await store.write([]);
      await store.write([at(0, 10), at(1, 20), at(0, 30, 'shop.customers')]);
      await store.write([at(1, 21)]);
      expect(sorted(await store.read())).toEqual([at(0, 30, 'shop.customers'), at(0, 10), at(1, 21)]);
    });

    it('never goes backwards, and moves the others of the same request', async () => {
      const store = await open();
      await store.write([at(0, 10), at(1, 10)]);
      await store.write([at(0, 9), at(1, 11), at(2, 1)]);
      await store.write([at(0, 10)]);
      expect(sorted(await store.read())).toEqual([at(0, 10), at(1, 11), at(2, 1)]);
    });

    it('ends at the highest of what several write at a time', async () => {
      const store = await open();
      const nexts = [5, 3, 9, 1, 8, 2, 7];
      await Promise.all(nexts.map((next) => store.write([at(0, next)])));
      expect(await store.read()).toEqual([at(0, 9)]);
    });

    it('keeps offsets beyond 32 bits', async () => {
      const store = await open();
      await store.write([at(0, Number.MAX_SAFE_INTEGER)]);
      expect(await store.read()).toEqual([at(0, Number.MAX_SAFE_INTEGER)]);
    });
  });
}
