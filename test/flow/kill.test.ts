/** A projector that is killed loses nothing, and one that is stopped in order repeats nothing. */
import type { Db } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPositions } from '../../projector/stores/mongodb/positions.js';
import { stateCollection } from '../../runtime/storage/names.js';
import { decodeState } from '../../runtime/storage/state-codec.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { generated } from './shop.js';
import { type Projector, systemFor } from './system.js';

/** Small batches make the load last long enough for the kill to fall into the middle of it. */
const SMALL_BATCHES = { BATCH_EVENTS_MAX: '50', EVENTS_UNDONE_MAX: '200' };

/** The first one of the namespace. */
const GENERATION = 1;

const system = systemFor('kill');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector(SMALL_BATCHES);
  answers = await system().startApi();
});

describe('a projector', () => {
  it('that is killed in the middle of a load, twice, and started again, ends in the right documents', async () => {
    const { publisher } = system();
    const events = generated({ seed: 'kill', customers: 50, products: 30, orders: 400 });
    await publisher.publish(events);
    for (const share of [0.3, 0.6]) {
      await untilProjected(share, events.length);
      await projector.kill();
      expect(await answers.waitingEvents(), 'it must be killed while there is work to do').toBeGreaterThan(0);
      projector = await system().startProjector(SMALL_BATCHES);
    }
    await expectConvergence(answers, publisher.events);
  }, 180_000);

  it('that is stopped in the middle of a load leaves nothing half done, and repeats nothing when it is started again', async () => {
    const { publisher, servers } = system();
    const events = generated({ seed: 'stop', customers: 40, products: 20, orders: 250 });
    await publisher.publish(events);
    await untilProjected(0.3, events.length);
    expect(await projector.stop()).toBe(0);
    const waiting = await answers.waitingEvents();
    expect(waiting, 'it must be stopped while there is work to do').toBeGreaterThan(0);
    expect(await mergedBeyondPositions(servers.db)).toEqual([]);

    projector = await system().startProjector();
    await expectConvergence(answers, publisher.events);
    expect(await projector.events('folded')).toBe(waiting);
  }, 180_000);
});

async function untilProjected(share: number, published: number): Promise<void> {
  await until(`${share * 100} % of the events to be projected`, async () => {
    const waiting = await answers.lagEvents();
    return waiting !== null && waiting < published * (1 - share);
  });
}

/** Events that are in a state though the durable positions do not cover them: they would be read again. */
async function mergedBeyondPositions(db: Db): Promise<string[]> {
  const positions = await readPositions(db, GENERATION);
  const next = new Map(positions.map((position) => [`${position.topic}/${position.partition}`, position.next]));
  const states = await Promise.all(
    (['customers', 'products', 'orders'] as const).map((aggregate) =>
      db.collection<{ state: string }>(stateCollection(GENERATION, aggregate)).find().toArray(),
    ),
  );
  const remembered = states.flat().flatMap(({ state }) => decodeState(state).remembered);
  expect(remembered.length).toBeGreaterThan(0);
  return remembered
    .filter(({ topic, partition, offset }) => offset >= (next.get(`${topic}/${partition}`) ?? 0))
    .map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`);
}
