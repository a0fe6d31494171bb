/** Events that are delivered again, at other offsets and in another order, change nothing. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { SHOP_NOW, shopEvents } from '../projector/pipeline/shop-events.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import type { Answers } from './answers.js';
import { expectConvergence, expectedDocuments } from './convergence.js';
import { generated } from './shop.js';
import { type Projector, systemFor } from './system.js';

const SEED = 20_261_101;
const system = systemFor('duplicates');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector();
  answers = await system().startApi();
});

/** Dense events of few aggregates with odd ids, every type and every tie, moved into the present. */
function denseShop(): PublishedEvent[] {
  const [events = []] = fc.sample(shopEvents, { seed: SEED, numRuns: 1 });
  return events.map(({ topic, event }) => {
    const time = new Date(Date.parse(event.time) + Date.now() - SHOP_NOW).toISOString();
    return { topic, event: { ...event, time } };
  });
}

function shuffled(events: readonly PublishedEvent[]): PublishedEvent[] {
  const shuffling = fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length });
  return fc.sample(shuffling, { seed: SEED, numRuns: 1 })[0] ?? [];
}

describe('every event delivered again', () => {
  it('changes no document and doubles no sum', async () => {
    const { publisher } = system();
    const events = [...denseShop(), ...generated({ seed: 'duplicates', customers: 12, products: 8, orders: 60 })];
    await publisher.publish(events);
    await expectConvergence(answers, events);
    // Without sums in the documents nothing could be seen to double.
    const { products, customers } = expectedDocuments(events);
    expect([...products.values()].some(({ sales30d }) => Number(sales30d) > 0)).toBe(true);
    expect([...customers.values()].some(({ orderCount }) => Number(orderCount) > 1)).toBe(true);

    const before = await projector.events('folded');
    await publisher.publish(shuffled(events), 'binary');
    await expectConvergence(answers, events);
    expect((await projector.events('folded')) - before).toBe(events.length);
    expect(await projector.events('quarantined')).toBe(0);
  });
});
