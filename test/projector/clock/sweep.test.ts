/** Only the clock moves: documents must follow it, and end as if they had been rendered from scratch that day. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, dayOf } from '../../../mappings/calendar.js';
import { group } from '../../../mappings/rollups/group.js';
import { windowStart } from '../../../mappings/rollups/product-days.js';
import { productsView } from '../../../mappings/views/products/view.js';
import { DaySweep } from '../../../projector/clock/sweep.js';
import type { Dirty } from '../../../projector/pipeline/dirty.js';
import { createLog } from '../../../runtime/log.js';
import { liveProjection } from '../../memory/projection.js';
import { MemoryAggregateStore, MemoryDayMark, MemoryRollupStore, MemoryTicketCounter } from '../../memory/stores.js';
import { recompute } from '../../recomputation.js';
import { SHOP_NOW, shopEvents } from '../pipeline/shop-events.js';

const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };
const DAY_MS = 86_400_000;

describe('the day sweep', () => {
  it('moves every window, however many days have passed', async () => {
    const days = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shopEvents, days, async (published, steps) => {
        const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
        await world.sweep();
        await world.run(published, { batch: 50, workers: 1 });
        for (const step of steps) {
          world.clock.time += step * DAY_MS;
          await world.sweep();
          const { products } = recompute(published, { now: world.clock.time, timeZone: SETTINGS.businessTimeZone });
          const stored = world.documents.visible({ view: 'products', revision: 1 });
          const shown = [...stored].map(([id, document]) => [id, productsView.fromStored(document)] as const);
          expect(new Map(shown)).toEqual(products);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is done by one process at a time, and does nothing twice', async () => {
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
    await world.sweep();
    world.clock.time += DAY_MS;
    expect(await world.day.lease('another', world.clock.time, 60_000)).toBe(true);
    const before = await world.day.read('');
    await world.sweep();
    expect(await world.day.read('')).toBe(before);
    world.clock.time += 60_001;
    await world.sweep();
    expect(await world.day.read('')).toBe(addDays(before, 1));
  });

  it('goes on where a process has died', async () => {
    const clock = { time: SHOP_NOW, now: () => clock.time };
    const rollups = new MemoryRollupStore(new MemoryAggregateStore());
    const day = new MemoryDayMark();
    const yesterday = await day.read(dayOf(clock.time, 'UTC'));
    const owners = ['p-1', 'p-2', 'p-3', 'p-4', 'p-5'];
    const leaving = windowStart(yesterday);
    await rollups.write(
      'productDays',
      await new MemoryTicketCounter().next(),
      owners.map((owner) => ({
        group: group(owner, leaving),
        summary: { sold: 1, returned: 0, revenue: [] },
      })),
    );
    clock.time += DAY_MS;
    const sweepUntil = async (deadly: string | null) => {
      const refreshed: string[] = [];
      const refresh = async ({ documents }: Dirty) => {
        const ids = [...documents.byView.values()].flatMap((some) => [...some]);
        if (deadly !== null && ids.includes(deadly)) throw new Error('killed');
        refreshed.push(...ids);
      };
      clock.time += 60_001;
      const ports = { rollups, day, clock, refresh, log: createLog('test', 'silent') };
      const settings = { businessTimeZone: 'UTC', checkIntervalMs: 1, pieceOwnersMax: 1 };
      await new DaySweep(ports, settings).sweep().catch(() => {});
      return refreshed;
    };
    expect(await sweepUntil('p-3')).toEqual(['p-1', 'p-2']);
    expect(await sweepUntil('p-4')).toEqual(['p-3']);
    expect(await sweepUntil(null)).toEqual(['p-4', 'p-5']);
    expect(await day.read('')).toBe(addDays(yesterday, 1));
    expect(await sweepUntil(null)).toEqual([]);
  });
});
