/** What every look-up of gaps does. */
import { describe, expect, it } from 'vitest';
import type { SequenceRange } from '../../../mappings/aggregates/state.js';
import type { AggregateStore, Gap, GapScan } from '../../../projector/ports/states.js';
import { stateWith, stateWrite } from './aggregate-store.suite.js';

export interface OpenedGapScan {
  readonly aggregates: AggregateStore;
  readonly gaps: GapScan;
}

/** `open` gives an empty store each time. */
export function gapScanSuite(open: () => Promise<OpenedGapScan>): void {
  const having = (id: string, expected: number, sequences: readonly SequenceRange[], gap?: Gap) =>
    stateWrite(id, expected, {
      state: { ...stateWith({ name: id }), sequences },
      ...(gap === undefined ? {} : { gap }),
    });

  describe('gaps', () => {
    it('are counted by aggregate and age, and listed with what is missing, those seen first first', async () => {
      const { aggregates, gaps } = await open();
      await aggregates.write('orders', [
        having('whole', 0, [[1, 3]]),
        having('late', 0, [[5, 5]], { awaited: 1, since: 300 }),
        having(
          '订单/$1',
          0,
          [
            [1, 2],
            [4, 4],
            [7, 7],
          ],
          { awaited: 3, since: 100 },
        ),
        having('middle', 0, [[2, 2]], { awaited: 1, since: 200 }),
      ]);
      await aggregates.write('customers', [having('c-1', 0, [[2, 2]], { awaited: 1, since: 50 })]);
      expect(await Promise.all([99, 100, 250, 1000].map((until) => gaps.count('orders', until)))).toEqual([0, 1, 2, 3]);
      expect(await gaps.count('customers', 1000)).toBe(1);
      expect(await gaps.count('products', 1000)).toBe(0);
      expect(await gaps.list('orders', 2)).toEqual([
        {
          id: '订单/$1',
          since: 100,
          missing: [
            [3, 3],
            [5, 6],
          ],
        },
        { id: 'middle', since: 200, missing: [[1, 1]] },
      ]);
    });

    it('are read with their states, and gone with the write that closes them', async () => {
      const { aggregates, gaps } = await open();
      const gap = { awaited: 3, since: 100 };
      await aggregates.write('orders', [
        having(
          'o-1',
          0,
          [
            [1, 2],
            [4, 4],
          ],
          gap,
        ),
      ]);
      expect((await aggregates.read('orders', ['o-1'])).get('o-1')).toMatchObject({ version: 1, gap });
      await aggregates.write('orders', [having('o-1', 1, [[1, 4]])]);
      expect((await aggregates.read('orders', ['o-1'])).get('o-1')).not.toHaveProperty('gap');
      expect(await gaps.count('orders', 1000)).toBe(0);
      expect(await gaps.list('orders', 10)).toEqual([]);
    });
  });
}
