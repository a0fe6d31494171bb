import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Client, FeedWorld, type Write } from './feed-world.js';

const write: fc.Arbitrary<Write> = fc.record({
  view: fc.constantFrom('orders', 'customers'),
  id: fc.constantFrom('c-1', 'c-2'),
  what: fc.constantFrom('toggle', 'toggle', 'same', 'gone', 'transfer'),
  owner: fc.constantFrom('c-1', 'c-2'),
  isAnnouncedTwice: fc.boolean(),
});

const step = fc.oneof(
  { weight: 4, arbitrary: write.map((one) => ({ kind: 'write', write: one }) as const) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }).map((steps) => ({ kind: 'pass', steps }) as const) },
  {
    weight: 3,
    arbitrary: fc
      .record({ client: fc.nat(2), feed: fc.nat(1) })
      .map((which) => ({ kind: 'connect', ...which }) as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ client: fc.nat(2), lost: fc.nat(3) })
      .map((which) => ({ kind: 'disconnect', ...which }) as const),
  },
);

describe('subscribers of changes', () => {
  it('never hear of an older version after a newer one, of nothing twice, and know the last of everything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 30, maxLength: 120 }), async (scheduler, steps) => {
        const world = new FeedWorld(scheduler);
        await world.startFeed();
        await world.startFeed();
        const clients = [
          new Client(world, ['orders', 'customers'], null),
          new Client(world, ['orders'], 'c-1'),
          new Client(world, ['orders', 'customers'], 'c-2'),
        ];
        for (const one of steps) {
          if (one.kind === 'write') world.write(one.write);
          else if (one.kind === 'pass')
            for (let i = 0; i < one.steps && scheduler.count() > 0; i += 1) await scheduler.waitOne();
          else if (one.kind === 'disconnect') clients[one.client]?.disconnect(one.lost);
          else {
            const feed = world.feeds[one.feed];
            if (feed !== undefined) clients[one.client]?.connect(feed);
          }
        }
        const [feed] = world.feeds;
        if (feed === undefined) throw new Error('There is no feed.');
        for (const client of clients) client.connect(feed);
        await scheduler.waitIdle();
        for (const one of world.feeds) one.stop();
        for (const client of clients) {
          client.disconnect(0);
          expect(client.problems).toEqual([]);
          expect(client.documents).toEqual(client.expected());
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});
