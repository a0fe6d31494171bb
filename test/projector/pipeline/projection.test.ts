/** The real pipeline over stores in memory: whatever comes in whatever order, documents equal a clean computation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveProjection } from '../../memory/projection.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { SHOP_NOW, shopEvents } from './shop-events.js';
import { expected, SETTINGS, shown } from './shown.js';

async function project(published: readonly PublishedEvent[], limits: { batch: number; workers: number }) {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  await world.run(published, limits);
  return shown(world);
}

describe('projecting', () => {
  it('ends in the documents of a clean computation, whatever the order, the batches and the duplicates', async () => {
    const withDuplicates = shopEvents.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all)));
    await fc.assert(
      fc.asyncProperty(withDuplicates, fc.integer({ min: 1, max: 7 }), async ([all, again], batch) => {
        expect(await project([...all, ...again], { batch, workers: 1 })).toEqual(expected(all));
      }),
      { numRuns: 400 },
    );
  });

  it('ends in the same documents when several workers share the events', async () => {
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.integer({ min: 1, max: 4 }), async (all, batch) => {
        expect(await project(all, { batch, workers: 3 })).toEqual(expected(all));
      }),
      { numRuns: 200 },
    );
  });
});
