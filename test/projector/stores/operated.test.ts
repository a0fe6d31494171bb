/** A generation as operations work at it, over the real stores. */
import type { Admin, Producer } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { operatedGeneration } from '../../../projector/composition/operated.js';
import { projectorSettings } from '../../../projector/composition/settings.js';
import { noChangeFeed } from '../../../projector/kafka/change-feed.js';
import type { RefusedDocument } from '../../../projector/ports/refusals.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { MongoRegistry } from '../../../projector/stores/mongodb/registry.js';
import { createLog } from '../../../runtime/log.js';
import { readSettings } from '../../../runtime/settings.js';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
import { MemoryEventLog } from '../../memory/scans.js';
import { generationsFor } from './generations.js';

const TARGET = { view: 'customers', revision: 1 } as const;
/** The most that MongoDB takes is 16 MB. */
const TOO_LARGE = { name: 'x'.repeat(17 * 1024 * 1024) };
const NOW = Date.UTC(2026, 10, 21);

const open = generationsFor('operated', ({ db }, record) => new MongoGenerationStorage(db).create(record));

async function operated(
  more: Partial<GenerationRecord> = {},
  tellRefused?: (documents: readonly RefusedDocument[]) => void,
) {
  const { servers, record } = await open();
  const { db, elasticsearch, namespace } = servers;
  return operatedGeneration(
    {
      ...{ db, elasticsearch, namespace, registry: new MongoRegistry(db), topics: [], clock: { now: () => NOW } },
      // Nothing here reads or writes Kafka.
      admin: {} as Admin,
    },
    {
      settings: readSettings(projectorSettings, { NAMESPACE: namespace }),
      producer: {} as Producer,
      events: new MemoryEventLog([]),
      log: createLog('test', 'silent'),
      ...(tellRefused === undefined ? {} : { tellRefused }),
    },
    { ...record, ...more },
  );
}

describe('what is refused of an operation', () => {
  const refuse = ({ publish }: Awaited<ReturnType<typeof operated>>) =>
    publish.documents.publish(TARGET, 3 as Ticket, [{ id: 'c-1', stored: TOO_LARGE }]);

  it('is gathered until it is looked at', async () => {
    const own = await operated();
    await refuse(own);
    expect(own.refused.take()).toMatchObject([{ id: 'c-1', ticket: 3 }]);
    expect(own.refused.take()).toEqual([]);
  });

  it('is told and not gathered where nobody waits for its end', async () => {
    const told: RefusedDocument[] = [];
    const own = await operated({}, (documents) => void told.push(...documents));
    await refuse(own);
    expect(told).toMatchObject([{ id: 'c-1' }]);
    expect(own.refused.take()).toEqual([]);
  });
});

it('a snapshot is written as of its moment, and announced to nobody', async () => {
  const at = new Date(NOW - 86_400_000);
  const { publish, clock } = await operated({ snapshot: { name: 'then', at } });
  expect([publish.clock.now(), clock.now()]).toEqual([at.getTime(), at.getTime()]);
  expect(publish.changes).toBe(noChangeFeed);
  const following = await operated();
  expect(following.publish.clock.now()).toBe(NOW);
  expect(following.publish.changes).not.toBe(noChangeFeed);
});
