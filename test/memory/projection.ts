/** The real pipeline, composed as in projector/main.ts, over the stores in memory. */
import type { DerivationSettings } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { Projection } from '../../projector/pipeline/projection.js';
import type { SourceRecord } from '../../projector/ports.js';
import { StateCache } from '../../projector/state/cache.js';
import { createLog } from '../../runtime/log.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { MemorySource } from './source.js';
import {
  MemoryAggregateStore,
  MemoryDocumentStore,
  MemoryPositionStore,
  MemoryQuarantine,
  MemoryRollupStore,
  MemoryTicketCounter,
} from './stores.js';

export function liveProjection({ now, settings }: { readonly now: number; readonly settings: DerivationSettings }) {
  const aggregates = new MemoryAggregateStore();
  const rollups = new MemoryRollupStore(aggregates);
  const documents = new MemoryDocumentStore();
  const tickets = new MemoryTicketCounter();
  const positions = new MemoryPositionStore();
  const quarantine = new MemoryQuarantine();
  const targets = Object.values(views).map(({ name }) => ({ view: name, revision: 1 }));

  function worker(records: readonly SourceRecord[], batchEventsMax: number): Projection {
    const cache = new StateCache(10);
    const projection = new Projection(
      {
        source: new MemorySource(records, () => void projection.stop()),
        positions,
        quarantine,
        fold: { store: aggregates, cache, settings },
        flush: {
          aggregates,
          rollups,
          tickets,
          documents,
          targets: { current: async () => targets },
          cache,
          clock: { now: () => now },
          settings,
          stages: { observe: () => {}, count: () => {} },
          chunkDocumentsMax: 3,
        },
        patience: { until: (step) => step() },
        events: { folded: () => {}, unknown: () => {}, quarantined: () => {} },
        log: createLog('test', 'silent'),
      },
      { batchEventsMax, batchWaitMs: 1, eventsUndoneMax: 20, flushesInFlightMax: 2 },
    );
    return projection;
  }

  return {
    documents,
    quarantine,
    /** Projects the events, dealt out among the workers by aggregate as partitions would be. */
    async run(published: readonly PublishedEvent[], { batch, workers }: { batch: number; workers: number }): Promise<void> {
      const records = published.map(toRecord);
      const shares = Array.from({ length: workers }, (_, worker) =>
        records.filter(({ key }) => (key?.at(-1) ?? 0) % workers === worker),
      );
      await Promise.all(shares.map((share) => worker(share, batch).run()));
    },
  };
}

function toRecord({ topic, event }: PublishedEvent, offset: number): SourceRecord {
  return {
    aggregate: topic,
    topic,
    partition: 0,
    offset,
    timestamp: 0,
    key: Buffer.from(event.subject),
    value: Buffer.from(JSON.stringify(event)),
    headers: {},
  };
}
