/** What `status` counts of each generation. */
import { expect, it } from 'vitest';
import { type OverviewPorts, overviewOf } from '../../../projector/operations/overview.js';
import type { Ticket } from '../../../projector/ports/tickets.js';
import { MemoryRegistry } from '../../memory/generations.js';
import { MemoryRefusalDesk } from '../../memory/refusals.js';
import { MemoryDocumentScan } from '../../memory/scans.js';
import { MemoryDocumentStore } from '../../memory/stores.js';
import { generationRecord } from '../stores/generation-record.js';

const NOW = Date.UTC(2026, 10, 21);
const TARGET = { view: 'customers', revision: 1 } as const;
const LIVE = generationRecord(1);
const SNAPSHOT = { ...generationRecord(2), snapshot: { name: 'then', at: new Date(NOW) }, phase: 'frozen' as const };

it('counts no gaps of a snapshot, and of refused documents those that were not written since', async () => {
  const documents = new MemoryDocumentStore();
  const refusals = new MemoryRefusalDesk();
  for (const id of ['hidden', 'refused']) {
    refusals.record({ target: TARGET, id, ticket: 3, reason: 'unfit', refusedAt: new Date(NOW) });
  }
  await documents.publish(TARGET, 4 as Ticket, [{ id: 'hidden', stored: null }]);
  const registry = new MemoryRegistry();
  registry.record = { _id: 'registry', version: 1, live: 1, generations: [LIVE, SNAPSHOT] };
  const ports: OverviewPorts = {
    rebuilding: {
      registry,
      ranges: async () => new Map(),
      clock: { now: () => NOW },
    },
    positions: async () => [],
    jobs: async () => [],
    refusals: () => ({ refusals, documents: new MemoryDocumentScan(documents) }),
    gaps: async () => ({ customers: 1, products: 0, orders: 2 }),
    quarantined: async () => 0,
    rebuild: async () => null,
  };
  const { generations } = await overviewOf(ports, 'shop');
  expect(generations).toMatchObject([
    { number: 1, refused: 1, gaps: { customers: 1, products: 0, orders: 2 } },
    { number: 2, refused: 1, gaps: { customers: 0, products: 0, orders: 0 } },
  ]);
});
