/** The stores in memory keep the same contracts as the real ones. */
import type { QuarantinedRecord } from '../../projector/ports/quarantine.js';
import { aggregateStoreSuite } from '../projector/stores/aggregate-store.suite.js';
import { dayMarkSuite } from '../projector/stores/day-mark.suite.js';
import { documentStoreSuite } from '../projector/stores/document-store.suite.js';
import { gapScanSuite } from '../projector/stores/gap-scan.suite.js';
import { jobStoreSuite } from '../projector/stores/job-store.suite.js';
import { keyScanSuite } from '../projector/stores/key-scan.suite.js';
import { positionStoreSuite } from '../projector/stores/position-store.suite.js';
import { type Kept, quarantineSuite } from '../projector/stores/quarantine.suite.js';
import { rollupStoreSuite } from '../projector/stores/rollup-store.suite.js';
import { ticketCounterSuite } from '../projector/stores/ticket-counter.suite.js';
import { MemoryJobStore } from './jobs.js';
import { MemoryStateScan } from './rebuilds.js';
import { MemoryDocumentScan } from './scans.js';
import {
  MemoryAggregateStore,
  MemoryDayMark,
  MemoryDocumentStore,
  MemoryGapScan,
  MemoryPositionStore,
  MemoryQuarantine,
  MemoryRollupStore,
  MemoryTicketCounter,
} from './stores.js';

aggregateStoreSuite(async () => new MemoryAggregateStore());

gapScanSuite(async () => {
  const aggregates = new MemoryAggregateStore();
  return { aggregates, gaps: new MemoryGapScan(aggregates) };
});

rollupStoreSuite(async () => {
  const aggregates = new MemoryAggregateStore();
  return { aggregates, rollups: new MemoryRollupStore(aggregates) };
});

keyScanSuite(async () => {
  const aggregates = new MemoryAggregateStore();
  const rollups = new MemoryRollupStore(aggregates);
  return { aggregates, rollups, scan: new MemoryStateScan(aggregates, rollups) };
});

ticketCounterSuite(async (counters, strangers = 0) => {
  const counter = new MemoryTicketCounter();
  return [
    ...Array.from({ length: counters }, () => counter),
    ...Array.from({ length: strangers }, () => counter.strange()),
  ];
});

positionStoreSuite(async () => new MemoryPositionStore());

dayMarkSuite(async () => new MemoryDayMark());

jobStoreSuite(async () => {
  const positions = new MemoryPositionStore();
  return { jobs: new MemoryJobStore(new MemoryTicketCounter(), positions), positions };
});

documentStoreSuite(async () => {
  const store = new MemoryDocumentStore((stored) => stored.unfit !== true);
  const target = { view: 'orders', revision: 1 } as const;
  return {
    store,
    scan: new MemoryDocumentScan(store),
    target,
    document: (id, number) => ({ orderId: id, total: number }),
    unfit: (id) => ({ orderId: id, unfit: true }),
    read: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const stored = store.stored(target, id);
          return stored === undefined ? [] : [[id, stored] as const];
        }),
      ),
    refused: async () => store.refused,
  };
});

quarantineSuite(async () => {
  const quarantine = new MemoryQuarantine();
  return { quarantine, kept: async () => [...quarantine.records.values()].map(toKept) };
});

function toKept({ record, reason, detail }: QuarantinedRecord): Kept {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  return {
    ...{ topic, partition, offset, timestamp, reason, detail },
    key: key === null ? null : String(key),
    value: value === null ? null : String(value),
    headers: Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().flatMap((one) => (one === undefined ? [] : [[name, one === null ? null : String(one)] as const])),
    ),
  };
}
