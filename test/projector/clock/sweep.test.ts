/** Only the clock moves: documents must follow it, and end as if they had been rendered from scratch that day. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../../mappings/calendar.js';
import { productsView } from '../../../mappings/views/products/view.js';
import { liveProjection } from '../../memory/projection.js';
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
});
