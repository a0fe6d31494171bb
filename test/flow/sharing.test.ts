/** Two projector processes share the events; when one leaves, the other goes on with all of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { generated } from './shop.js';
import { haveShared, type Projector, systemFor } from './system.js';

/**
 * Small batches make the load last long enough for the change to fall into the middle of it, and a small queue makes
 * the members pause their partitions, which must not outlast a change of the group.
 */
const SMALL_BATCHES = { BATCH_EVENTS_MAX: '50', EVENTS_UNDONE_MAX: '100', QUEUE_RECORDS_MAX: '200' };
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
});
