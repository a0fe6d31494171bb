/** During a switch a generation goes on up to given offsets, stands there, and goes on when it may. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { MemorySource } from '../../memory/source.js';
import type { PublishedEvent } from '../../recomputation-documents.js';
import { SHOP_NOW, shopEvents } from './shop-events.js';
import { expected, SETTINGS, shown } from './shown.js';

/** Fewer than may be undone at once, which is what is held back at most. */
const HELD_MAX = 15;

function shop(published: readonly PublishedEvent[]) {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  const records = published.map(toRecord);
  const source = new MemorySource(records);
  return { ...world, records, source, offsets: [...new Set(records.map(({ topic }) => `${topic}/0`))] };
}

describe('a generation that may go on up to given offsets', () => {
  it('shows all events before them and none after, and all of them once it may go on', async () => {
    await fc.assert(
      fc.asyncProperty(shopEvents, fc.nat(HELD_MAX), fc.integer({ min: 1, max: 7 }), async (all, held, batch) => {
        const world = shop(all);
        const end = Math.max(0, all.length - held);
        world.control.admission = {
          mode: 'project',
          upTo: new Map(world.offsets.map((name) => [name, end])),
        };
        const projection = world.worker(world.source, batch);
        let standing: ReturnType<typeof shown> | null = null;
        world.source.onExhausted = async () => {
          if (projection.isBusy) return;
          if (standing === null) {
            standing = shown(world);
            world.control.admission = { mode: 'project' };
          } else if (Math.max(0, ...(await world.positions.read()).map(({ next }) => next)) === all.length) {
            await projection.stop();
          }
        };
        await projection.run();
        expect(standing).toEqual(expected(all.slice(0, end)));
        expect(shown(world)).toEqual(expected(all));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves what it holds back to whoever comes after when it is stopped, and passes nothing behind that', async () => {
    const all = (fc.sample(shopEvents, { numRuns: 1, seed: 7 })[0] ?? []).slice(0, HELD_MAX);
    const world = shop(all);
    world.control.admission = { mode: 'project', upTo: new Map() };
    world.source.passed = world.records.slice(0, 1).map(({ topic, partition }) => ({ topic, partition, next: 99 }));
    const projection = world.worker(world.source);
    world.source.onExhausted = () => projection.stop();
    await projection.run();
    expect(await world.positions.read()).toEqual([]);
    world.control.admission = { mode: 'project' };
    await world.project([world.records], 10);
    expect(shown(world)).toEqual(expected(all));
  });
});
