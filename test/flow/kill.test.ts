/** A projector that is killed loses nothing, and one that is stopped in order repeats nothing. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence, expectDocuments } from './convergence.js';
import { event, generated } from './shop.js';
import { type Projector, systemFor } from './system.js';

/** Small batches make the load last long enough for the kill to fall into the middle of it. */
const SMALL_BATCHES = { BATCH_EVENTS_MAX: '50', EVENTS_UNDONE_MAX: '200' };

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
      await until(`${share * 100} % of the events to be projected`, async () => {
        const waiting = await answers.lagEvents();
        return waiting !== null && waiting < events.length * (1 - share);
      });
      await projector.kill();
      expect(await answers.lagEvents(), 'it must be killed while there is work to do').toBeGreaterThan(0);
      projector = await system().startProjector(SMALL_BATCHES);
    }
    await expectConvergence(answers, publisher.events);
  }, 180_000);

  it('that is stopped in order and started again projects no event twice', async () => {
    const { publisher } = system();
    expect(await projector.stop()).toBe(0);
    projector = await system().startProjector();
    // On every partition something new: whatever would be repeated stands before it.
    const further = Array.from({ length: 60 }, (_, i) => [
      event('customer.registered', `c-new-${i}`, 1, { name: 'Ann' }),
      event('product.created', `p-new-${i}`, 1, { name: 'Tea', category: 'tea', price: 5, currency: 'CNY' }),
      event('order.placed', `o-new-${i}`, 1, {
        customerId: `c-new-${i}`,
        currency: 'CNY',
        lines: [{ lineId: '1', productId: `p-new-${i}`, quantity: 1, unitPrice: 5 }],
      }),
    ]).flat();
    await publisher.publish(further);
    await expectDocuments(answers, publisher.events);
    expect(await projector.events('folded')).toBe(further.length);
  });
});
