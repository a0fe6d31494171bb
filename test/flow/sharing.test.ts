/** Two projector processes share the events, and a rebuild; when one goes, the other goes on with all of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { REGISTRY_COLLECTION } from '../../runtime/names.js';
import type { RegistryRecord } from '../../runtime/records.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { generated } from './shop.js';
import { haveShared, type Projector, systemFor } from './system.js';

/**
 * Small batches make the load last long enough for the change to fall into the middle of it, and a small queue makes
 * the members pause their partitions, which must not outlast a change of the group.
 */
const SMALL_BATCHES = {
  // A rebuild must last longer than it takes the second member to join.
  ...{ BATCH_EVENTS_MAX: '50', REBUILD_BATCH_EVENTS_MAX: '2' },
  ...{ EVENTS_UNDONE_MAX: '100', QUEUE_RECORDS_MAX: '200' },
};
const PARTITIONS = 18;

const system = systemFor('sharing');
const events = generated({ seed: 'sharing', customers: 60, products: 40, orders: 500 });
let first: Projector;
let second: Projector;
let answers: Answers;

beforeAll(async () => {
  // Side by side: they also race for the first generation, the topics and the indexes.
  [first, second] = await Promise.all([system().startProjector(SMALL_BATCHES), system().startProjector(SMALL_BATCHES)]);
  answers = await system().startApi();
});

describe('two projector processes', () => {
  it('share the partitions and end in the right documents, though one leaves in the middle', async () => {
    const { publisher } = system();
    await until('both to have partitions', async () => haveShared([first, second], 1, PARTITIONS));

    await publisher.publish(events);
    await until('both to have projected some of the events', async () => {
      const folded = await Promise.all([first.events('folded'), second.events('folded')]);
      return folded.every((count) => count > 100);
    });
    const waiting = await answers.waitingEvents();
    expect(waiting, 'one must leave while there is work to do').toBeGreaterThan(0);
    const alone = await first.events('folded');
    expect(await second.stop()).toBe(0);
    await until('the other to have all partitions', async () => first.partitionsOf(1) === PARTITIONS);

    await expectConvergence(answers, events);
    expect(await first.events('folded')).toBeGreaterThan(alone);
  }, 180_000);

  it('share a rebuild and end in the right documents, though one is killed in the middle', async () => {
    const third = await system().startProjector(SMALL_BATCHES);
    await system().operateJson('rebuild', 'start');
    await until('both to have partitions', async () => haveShared([first, third], 2, PARTITIONS));
    await third.kill();
    expect(['filling', 'rendering'], 'it must be killed in the middle').toContain(await phaseOf(2));
    await until('the other to have all partitions', async () => first.partitionsOf(2) === PARTITIONS);
    await until(
      'every document',
      async () => (await system().operateJson('rebuild', 'status')).phase === 'complete',
      120_000,
    );
    await system().operateJson('rebuild', 'switch', '2');

    await expectConvergence(answers, events);
    expect(await system().operateJson('status')).toMatchObject({
      generations: [{ live: false }, { number: 2, live: true }],
    });
  }, 180_000);
});

async function phaseOf(generation: number): Promise<string | undefined> {
  const { servers } = system();
  const registry = await servers.db.collection<RegistryRecord>(REGISTRY_COLLECTION).findOne({});
  return registry?.generations.find(({ number }) => number === generation)?.phase;
}
