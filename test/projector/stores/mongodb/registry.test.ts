import { describe, expect, it } from 'vitest';
import { RegisteredTargets } from '../../../../projector/generations/targets.js';
import { MongoRegistry } from '../../../../projector/stores/mongodb/registry.js';
import { REGISTRY_COLLECTION } from '../../../../runtime/storage/names.js';
import { registrySuite } from '../../generations/registry.suite.js';
import { generationRecord } from '../generation-record.js';
import { generationsFor } from '../generations.js';

const open = generationsFor('mongo-registry', async () => {});

async function emptyRegistry() {
  const { servers } = await open();
  // It belongs to the namespace, not to a generation.
  await servers.db.collection(REGISTRY_COLLECTION).deleteMany({});
  return new MongoRegistry(servers.db);
}

registrySuite(emptyRegistry);

describe('the places that documents are written to', () => {
  it('are those of the generation, as registered at that moment', async () => {
    const registry = await emptyRegistry();
    await registry.create({ ...generationRecord(1), revisions: { orders: 2, products: 1, customers: 3 } });
    const targets = new RegisteredTargets(registry, 1);
    expect(new Set(await targets.current())).toEqual(
      new Set([
        { view: 'orders', revision: 2 },
        { view: 'products', revision: 1 },
        { view: 'customers', revision: 3 },
      ]),
    );
  });

  it('are none any more when the registry is wiped: that stops with a sentence', async () => {
    const registry = await emptyRegistry();
    await expect(new RegisteredTargets(registry, 1).current()).rejects.toThrow(/no longer registered in MongoDB/);
  });
});
