/** Two projector processes share a rebuild; one is killed, and the other goes on with all of it. */
import { describe, expect, it } from 'vitest';
import { REGISTRY_COLLECTION } from '../../runtime/storage/names.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';
import { until } from '../until.js';
import { expectConvergence } from './convergence.js';
import { generated } from './shop.js';
import { haveShared, systemFor } from './system.js';

/** A rebuild must last longer than it takes the second member to join. */
const SMALL = { REBUILD_BATCH_EVENTS_MAX: '2' };
const PARTITIONS = 18;

const system = systemFor('shared-rebuild');
const events = generated({ seed: 'sharing', customers: 60, products: 40, orders: 500 });

describe('two projector processes', () => {
  it('share a rebuild and end in the right documents, though one is killed in the middle', async () => {
    const { publisher } = system();
    const [first, third] = await Promise.all([system().startProjector(SMALL), system().startProjector(SMALL)]);
    const answers = await system().startApi();
    await publisher.publish(events);
    await expectConvergence(answers, events);
    const generation = Number((await system().operateJson('rebuild', 'start')).generation);
    await until('both to have partitions', async () => haveShared([first, third], generation, PARTITIONS), 120_000);
    await third.kill();
    expect(['filling', 'rendering'], 'it must be killed in the middle').toContain(await phaseOf(generation));
    await until('the other to have all partitions', async () => first.partitionsOf(generation) === PARTITIONS);
    await until(
      'every document',
      async () => (await system().operateJson('rebuild', 'status')).phase === 'complete',
      120_000,
    );
    await system().operateJson('rebuild', 'switch', String(generation));

    await expectConvergence(answers, events);
    expect(await system().operateJson('status')).toMatchObject({
      generations: [{ live: false }, { number: generation, live: true }],
    });
  }, 300_000);
});

async function phaseOf(generation: number): Promise<string | undefined> {
  const { servers } = system();
  const registry = await servers.db.collection<RegistryRecord>(REGISTRY_COLLECTION).findOne({});
  return registry?.generations.find(({ number }) => number === generation)?.phase;
}
