/** A generation as operations work at it, over a world in memory. */

import { StateCache } from '../../projector/pipeline/state-cache.js';
import type { OperatedGeneration } from '../../projector/reconcile/operated.js';
import { RefusedSoFar } from '../../projector/reconcile/refused-so-far.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { LOADED_CHARACTERS_MAX, type liveProjection, STATE_BYTES_MAX, toRecord } from './projection.js';
import { MemoryStateScan } from './rebuilds.js';
import { MemoryRefusalDesk } from './refusals.js';
import { MemoryBasisScan, MemoryDocumentScan, MemoryEventLog, MemoryTicketLevel } from './scans.js';
import { MemoryGapScan } from './stores.js';

type World = ReturnType<typeof liveProjection>;

/** `logged`: what the topics hold. */
export function operatedIn(world: World, logged: readonly PublishedEvent[]): OperatedGeneration {
  const publish = world.publishPorts();
  const settings = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
  return {
    record: {
      ...{ number: 1, createdAt: new Date(0), revisions: { orders: 1, products: 1, customers: 1 } },
      ...settings,
    },
    ...{ aggregates: world.aggregates, rollups: world.rollups, cache: publish.cache, clock: world.clock },
    ...{ settings, patience: world.patience, chunkDocumentsMax: 2, publish },
    loadedCharactersMax: LOADED_CHARACTERS_MAX,
    fold: {
      ...{ store: world.aggregates, cache: new StateCache(10), settings },
      ...{ stateBytesMax: STATE_BYTES_MAX, loadedCharactersMax: LOADED_CHARACTERS_MAX },
    },
    documents: new MemoryDocumentScan(world.documents),
    tickets: new MemoryTicketLevel(world.tickets),
    scan: new MemoryStateScan(world.aggregates, world.rollups),
    basis: new MemoryBasisScan(world.aggregates, world.rollups),
    events: new MemoryEventLog(logged.map(toRecord)),
    fullStates: world.quarantine,
    erasures: { carryOut: async () => {} },
    settle: async () => true,
    sleep: async () => {},
    // Memory refuses nothing.
    refusals: new MemoryRefusalDesk(),
    refused: new RefusedSoFar(),
    gaps: { scan: new MemoryGapScan(world.aggregates), clock: world.clock, gapMsMax: 300_000 },
  };
}
