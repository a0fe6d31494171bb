/** Changes that reach too many documents for their batch: jobs bring them there, whatever happens on the way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../../projector/ports/documents.js';
import { liveProjection } from '../../memory/projection.js';
import { SHOP_NOW, shopEvents } from '../pipeline/shop-events.js';
import { expected, SETTINGS, shown } from '../pipeline/shown.js';

function world() {
  return liveProjection({ now: SHOP_NOW, settings: SETTINGS, fanOutInlineMax: 0 });
}

/** Dies at its n-th write, before or after the write has taken effect. */
function dyingAfter(documents: DocumentStore, writes: number, takesEffect: boolean): DocumentStore {
  let left = writes;
  return {
    async publish(target, ticket, outgoing) {
      left -= 1;
      if (left > 0) return documents.publish(target, ticket, outgoing);
      if (takesEffect) await documents.publish(target, ticket, outgoing);
      throw new Error('killed');
    },
  };
}

describe('fan-out by jobs', () => {
  it('ends in the documents of a clean computation, and in no job', async () => {
    let jobs = 0;
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.integer({ min: 1, max: 7 }), async (published, batch) => {
        const shop = world();
        await shop.run(published, { batch, workers: 2 });
        jobs += (await shop.jobs.list()).length;
        await shop.fanOut();
        expect(shown(shop)).toEqual(expected(published));
        expect(await shop.jobs.list()).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(jobs).toBeGreaterThan(100);
  });

  it('goes on where a killed process has left it, also after further changes', async () => {
    let deaths = 0;
    const kill = fc.record({ writes: fc.integer({ min: 1, max: 2 }), takesEffect: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.array(kill, { minLength: 1, maxLength: 5 }), async (published, kills) => {
        const shop = world();
        const share = Math.ceil(published.length / (kills.length + 1));
        await shop.run(published.slice(0, share), { batch: 7, workers: 1 });
        for (const [i, { writes, takesEffect }] of kills.entries()) {
          await shop.fanOut(dyingAfter(shop.documents, writes, takesEffect)).catch((error: Error) => {
            if (error.message !== 'killed') throw error;
            deaths += 1;
          });
          await shop.run(published.slice(share * (i + 1), share * (i + 2)), { batch: 7, workers: 1 });
        }
        await shop.fanOut();
        expect(shown(shop)).toEqual(expected(published));
      }),
      { numRuns: 300 },
    );
    expect(deaths).toBeGreaterThan(100);
  });
});
