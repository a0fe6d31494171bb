/** What every scan does of what documents go by, and of what is kept with states. */
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../mappings/contract.js';
import { group } from '../../../mappings/rollups/group.js';
import type { RollupStore } from '../../../projector/ports/rollups.js';
import type { AggregateStore, StateScan } from '../../../projector/ports/states.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { NO_CONTRIBUTIONS } from '../../../runtime/storage/contributions.js';
import { stateWrite } from './aggregate-store.suite.js';
import { ODD_DOCUMENT_IDS, ODD_IDS } from './odd-ids.js';

export interface OpenedKeyScan {
  readonly aggregates: AggregateStore;
  readonly rollups: RollupStore;
  readonly scan: StateScan;
}

const STATES: Key = { aggregate: 'products' };
const OWNERS: Key = { rollup: 'productDays' };

/** `open` gives empty stores each time, of the same generation. */
export function keyScanSuite(open: () => Promise<OpenedKeyScan>): void {
  const allIn = async (scan: StateScan, key: Key, limit: number) => {
    const all: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: readonly string[] = await scan.ids(key, after, limit);
      if (page.length === 0) return all;
      expect(page.length).toBeLessThanOrEqual(limit);
      all.push(...page);
      after = page.at(-1) ?? '';
    }
  };
  const sold = (units: number) => ({ sold: units, returned: 0, revenue: [] });

  describe('the ids of a key', () => {
    it('are those of the states there are, each once, whatever the size of the pages', async () => {
      const { aggregates, scan } = await open();
      await aggregates.write(
        'products',
        ODD_IDS.map((id) => stateWrite(id, 0)),
      );
      await aggregates.write('orders', [stateWrite('o-1', 0)]);
      for (const limit of [1, 3, 100]) {
        const all = await allIn(scan, STATES, limit);
        expect(all.toSorted()).toEqual(ODD_IDS.toSorted());
      }
      expect(await scan.count(STATES)).toBe(ODD_IDS.length);
      expect(await scan.known(STATES, ['p-none', 'o-1', ...ODD_IDS])).toEqual(new Set(ODD_IDS));
    });

    it('are the owners of a rollup, each once, with more periods than a page has places, empty ones too', async () => {
      const { rollups, scan } = await open();
      const months = Array.from({ length: 12 }, (_, i) => `2025-${String(i + 1).padStart(2, '0')}-01`);
      await rollups.write('productDays', 1 as Ticket, [
        ...ODD_DOCUMENT_IDS.map((owner) => ({ group: group(owner, '2026-11-01'), summary: sold(1) })),
        ...months.map((day) => ({ group: group('SF', day), summary: sold(0) })),
      ]);
      for (const limit of [1, 3, 100]) {
        const all = await allIn(scan, OWNERS, limit);
        expect(all.toSorted()).toEqual(ODD_DOCUMENT_IDS.toSorted());
      }
      expect(await scan.count(OWNERS)).toBe(ODD_DOCUMENT_IDS.length);
      expect(await scan.count({ rollup: 'customerMonths' })).toBe(0);
      expect(await scan.known(OWNERS, ['nobody', ...ODD_DOCUMENT_IDS])).toEqual(new Set(ODD_DOCUMENT_IDS));
      expect(await scan.known(OWNERS, [])).toEqual(new Set());
    });
  });

  describe('rollups that states do not know', () => {
    it('are none when all orders were written by those who know them, or there are no orders', async () => {
      const { aggregates, scan } = await open();
      expect(await scan.unknownRollups()).toEqual([]);
      const [productDays, customerMonths] = [NO_CONTRIBUTIONS, NO_CONTRIBUTIONS];
      await aggregates.write('orders', [stateWrite('o-1', 0, { contributions: { productDays, customerMonths } })]);
      expect(await scan.unknownRollups()).toEqual([]);
    });
  });
}
