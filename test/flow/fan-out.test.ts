/** A change that reaches more documents than its batch may render gets there by a job, whoever is killed on the way. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../projector/ports/jobs.js';
import { jobsCollection } from '../../runtime/storage/names.js';
import { until } from '../until.js';
import type { Answers } from './answers.js';
import { expectConvergence } from './convergence.js';
import { created, event, placed, registered } from './shop.js';
import { type Projector, systemFor } from './system.js';

/**
 * The smallest chunks make the job last long enough for the kill to fall into the middle of it, though a new process is
 * ready only after Kafka has given up the killed one.
 */
const BY_JOBS = { FAN_OUT_INLINE_MAX: '20', FAN_OUT_CHUNK_ORDERS_MAX: '1', FAN_OUT_LEASE_MS: '1000' };
const ORDERS = 1_200;

/** The first one of the namespace. */
const GENERATION = 1;

const system = systemFor('fan-out');
let projector: Projector;
let answers: Answers;

beforeAll(async () => {
  projector = await system().startProjector(BY_JOBS);
  answers = await system().startApi();
});

function jobs(): Promise<Job[]> {
  return system().servers.db.collection<Job>(jobsCollection(GENERATION)).find().toArray();
}

describe('a product and a customer with many orders', () => {
  it('are renamed everywhere, though the projector is killed in the middle, twice, and they change again', async () => {
    const { publisher } = system();
    const customers = Array.from({ length: 30 }, (_, i) => registered(`c-${i}`, `顾客 ${i}`));
    const orders = Array.from({ length: ORDERS }, (_, i) => placed(`o-${i}`, `c-${i % 7 === 0 ? 0 : i % 30}`, 'p-1'));
    await publisher.publish([...customers, created('p-1', '苹果手机'), ...orders]);
    await answers.caughtUp();
    await until('the first jobs to be done', async () => (await jobs()).length === 0);

    await publisher.publish([event('product.updated', 'p-1', 2, { name: '香蕉手机' })]);
    await untilUnderWay();
    await projector.kill();
    expect((await jobs()).length, 'it must be killed while there is work to do').toBeGreaterThan(0);
    projector = await system().startProjector(BY_JOBS);
    await untilUnderWay();
    await publisher.publish([
      event('product.updated', 'p-1', 3, { name: '苹果手机 2' }),
      event('customer.updated', 'c-0', 2, { name: '王芳' }),
    ]);
    await until('another pass to be asked for', async () => (await jobs()).some(({ again }) => again));
    await projector.kill();
    projector = await system().startProjector(BY_JOBS);

    await until('all jobs to be done', async () => (await jobs()).length === 0, 120_000);
    await expectConvergence(answers, publisher.events);
  }, 300_000);
});

async function untilUnderWay(): Promise<void> {
  await until('a job to be under way', async () => (await jobs()).some(({ documents }) => documents > 0));
}
