import { expect, it } from 'vitest';
import { Rebuild, type RebuildPorts } from '../../../projector/generations/rebuild.js';
import { createLog } from '../../../runtime/log.js';
import { MemoryGenerationStorage, MemoryRegistry } from '../../memory/generations.js';
import { liveProjection } from '../../memory/projection.js';
import { MemoryRebuildStore, MemoryStateScan } from '../../memory/rebuilds.js';
import { generationRecord } from '../stores/generation-record.js';

it('takes in what came while a snapshot was rendered, before it can be asked for', async () => {
  const registry = new MemoryRegistry();
  const snapshot = { ...generationRecord(2), phase: 'rendering' as const, snapshot: { name: 'then', at: new Date(0) } };
  registry.record = { _id: 'registry', version: 1, live: 1, generations: [generationRecord(1), snapshot] };
  const rebuilds = new MemoryRebuildStore();
  rebuilds.begin({ generation: 2, startedAt: new Date(0), origin: 'test', from: {}, ends: {}, documents: 0 });
  const world = liveProjection({ now: 1, settings: { businessTimeZone: 'UTC', reportingCurrency: 'CNY' } });
  const phase = () => registry.record?.generations.at(-1)?.phase;
  const caughtUpIn: unknown[] = [];
  const ports: RebuildPorts = {
    ...{ registry, rebuilds, clock: world.clock, sleep: async () => {}, patience: world.patience },
    ...{
      publish: world.publishPorts(),
      scan: new MemoryStateScan(world.aggregates, world.rollups),
      log: createLog('test', 'silent'),
    },
    positions: { read: async () => [] },
    yieldToLive: async () => {},
    storages: [new MemoryGenerationStorage([])],
    filling: {
      isDone: async () => true,
      catchUp: async () => {
        caughtUpIn.push(phase());
      },
    },
  };
  await new Rebuild(2, ports, { chunkDocumentsMax: 10, summedOrdersMax: 10, chunksInFlight: 1 }).run();
  expect([caughtUpIn, phase()]).toEqual([['rendering'], 'frozen']);
});
