/** Rendering everything once, from states: the same documents as live events make, wherever it is cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { views } from '../../../mappings/registry.js';
import { renderAll } from '../../../projector/generations/render-all.js';
import type { RenderPlace } from '../../../projector/ports/rebuilds.js';
import { liveProjection } from '../../memory/projection.js';
import { MemoryStateScan } from '../../memory/rebuilds.js';
import { MemoryDocumentStore, MemoryRollupStore } from '../../memory/stores.js';
import { SHOP_NOW, shopEvents } from '../pipeline/shop-events.js';

const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };

function visible(documents: MemoryDocumentStore) {
  return Object.values(views).map(({ name }) => documents.visible({ view: name, revision: 1 }));
}

describe('rendering everything', () => {
  it('makes the documents that live events made, chunks under way in any order, cut off anywhere and taken up', async () => {
    await fc.assert(
      fc.asyncProperty(
        shopEvents,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (events, chunkDocumentsMax, chunksInFlight, delays, toldBeforeStop) => {
          const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
          await world.run(events, { batch: 5, workers: 1 });
          const documents = new MemoryDocumentStore();
          let writes = 0;
          const slow: Pick<MemoryDocumentStore, 'publish'> = {
            async publish(target, ticket, outgoing) {
              writes += 1;
              for (let i = delays[writes % delays.length] ?? 0; i > 0; i -= 1) await new Promise(setImmediate);
              return documents.publish(target, ticket, outgoing);
            },
          };
          const rollups = new MemoryRollupStore(world.aggregates);
          const ports = {
            scan: new MemoryStateScan(world.aggregates, rollups),
            publish: { ...world.publishPorts(), rollups, documents: slow },
            patience: world.patience,
            yieldToLive: async () => {},
          };
          const settings = { chunkDocumentsMax, chunksInFlight, summedOrdersMax: 2 };
          let place: RenderPlace | null = null;
          for (let complete = false; !complete; ) {
            let told = 0;
            complete = await renderAll(ports, settings, place, {
              summed: async () => {},
              rendered: async (reached) => {
                place = reached;
                told += 1;
                return told < toldBeforeStop;
              },
            });
          }
          expect(visible(documents)).toEqual(visible(world.documents));
        },
      ),
      { numRuns: 100 },
    );
  });
});
