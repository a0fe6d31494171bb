/** What stands against a rebuild, a switch and the like: refused in a sentence, by a dry run as by the real one. */
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../projector/operations/audit.js';
import {
  pauseRebuild,
  planRebuild,
  type RebuildFrom,
  type RebuildingPorts,
  type RebuildOptions,
  resumeRebuild,
  startRebuild,
} from '../../../projector/operations/rebuilding.js';
import { cancelRebuild, retireGeneration } from '../../../projector/operations/retiring.js';
import { deleteSnapshot, takeSnapshot } from '../../../projector/operations/snapshots.js';
import { rollBack, switchGeneration, verifyGeneration } from '../../../projector/operations/switching.js';
import type { LogRange } from '../../../projector/ports/events.js';
import { MemoryGenerationStorage, MemoryRegistry } from '../../memory/generations.js';
import { MemoryRebuildStore } from '../../memory/rebuilds.js';
import { MemoryPositionStore } from '../../memory/stores.js';
import { generationRecord } from '../stores/generation-record.js';

const NOW = Date.UTC(2026, 10, 21);
const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const TOMORROW = new Date(NOW + 86_400_000);

/** Generation 1 is served; `orders` holds offsets 5 to 12 in the first of two partitions. */
function ports(): RebuildingPorts & { readonly registry: MemoryRegistry } {
  const registry = new MemoryRegistry();
  registry.record = { _id: 'registry', version: 1, live: 1, generations: [generationRecord(1)] };
  const storage = new MemoryGenerationStorage(['documents']);
  const clock = { now: () => NOW };
  const ranges = new Map<string, readonly LogRange[]>([
    [
      'orders',
      [
        { partition: 0, low: 5, high: 12 },
        { partition: 1, low: 0, high: 0 },
      ],
    ],
  ]);
  const positions = new MemoryPositionStore();
  return {
    ...{ registry, clock, rebuilds: new MemoryRebuildStore(), storages: [storage], traces: [storage] },
    ranges: async () => ranges,
    offsetsAt: async () => [],
    unknownRollups: async () => [],
    seed: async () => {},
    switching: {
      ...{ registry, clock, ends: async () => new Map(), sleep: async () => {} },
      generation: () => ({ positions, jobs: { list: async () => [] }, refresh: async () => {} }),
    },
    comparing: () => {
      throw new Error('There is nothing to compare.');
    },
  };
}

function optionsOf(from: RebuildFrom, acceptLoss = false): RebuildOptions {
  return { from, acceptLoss, fullSpeed: false, settings: SETTINGS };
}

function fromOffsets(...places: readonly (readonly [topic: string, partition: number, next: number])[]): RebuildFrom {
  return { kind: 'offsets', positions: places.map(([topic, partition, next]) => ({ topic, partition, next })) };
}

async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a rebuild from a place that is not there', () => {
  it.each([
    ['an unknown topic', fromOffsets(['nope', 0, 1]), 'No topic nope is read here: the topics are orders.'],
    ['an unknown partition', fromOffsets(['orders', 9, 1]), 'orders has no partition 9: its partitions are 0 to 1.'],
    ['an offset beyond the end', fromOffsets(['orders', 0, 13]), 'orders/0 ends at offset 12, before 13.'],
    ['a partition twice', fromOffsets(['orders', 0, 6], ['orders', 0, 7]), 'orders/0 is given more than once.'],
    ['several of these', fromOffsets(['nope', 0, 1], ['orders', 9, 1]), 'are orders. orders has no partition 9'],
    ['a time to come', { kind: 'time', time: TOMORROW } as const, '2026-11-22T00:00:00.000Z is in the future.'],
  ])('is refused for %s, by a dry run as by the real one', async (_, from, sentence) => {
    for (const begin of [planRebuild, startRebuild]) {
      const around = ports();
      expect(await refusalOf(() => begin(around, optionsOf(from)))).toContain(sentence);
      expect(around.registry.record?.generations).toHaveLength(1);
    }
  });

  it('is not refused for the end of a partition', async () => {
    expect(await planRebuild(ports(), optionsOf(fromOffsets(['orders', 0, 12])))).toMatchObject({ refusal: null });
  });
});

describe('a rebuild from states that are older than a rollup', () => {
  it('is refused, by a dry run as by the real one; from the beginning it is not', async () => {
    const around = { ...ports(), unknownRollups: async () => ['productDays'] as const };
    for (const begin of [planRebuild, startRebuild]) {
      expect(await refusalOf(() => begin(around, optionsOf({ kind: 'states' })))).toBe(
        'The states know nothing of the rollup productDays: it is new. Rebuild from the beginning.',
      );
    }
    expect(await startRebuild(around, optionsOf({ kind: 'beginning' }, true))).toBe(2);
  });
});

describe('a rebuild of which history is missing', () => {
  it('is refused for the reason that a dry run tells, unless that is accepted', async () => {
    const options = optionsOf({ kind: 'beginning' });
    const { missing, refusal } = await planRebuild(ports(), options);
    expect(missing).toEqual(['orders/0: 5 events before offset 5']);
    expect(await refusalOf(() => startRebuild(ports(), options))).toBe(refusal);
    const accepted = optionsOf({ kind: 'beginning' }, true);
    expect(await planRebuild(ports(), accepted)).toMatchObject({ missing, refusal: null });
    expect(await startRebuild(ports(), accepted)).toBe(2);
  });
});

const KEPT = { name: 'october', at: new Date(0), clock: 'log', acceptLoss: false, settings: SETTINGS } as const;

describe('what names something that is not there', () => {
  it.each<[string, (around: RebuildingPorts) => Promise<unknown>, string]>([
    ['switch', (around) => switchGeneration(around, 9, { acceptDifferences: false }), 'There is no generation 9'],
    [
      'switch without a comparison',
      (around) => switchGeneration(around, 9, { acceptDifferences: true }),
      'generation 9',
    ],
    ['verify', (around) => verifyGeneration(around, 9), 'There is no generation 9'],
    ['verify of what is served', (around) => verifyGeneration(around, 1), 'Generation 1 is the one that is served'],
    ['retire', (around) => retireGeneration(around, 9), 'There is no generation 9'],
    ['retire of what is served', (around) => retireGeneration(around, 1), 'is the one that is served'],
    ['pause', pauseRebuild, 'No rebuild is under way.'],
    ['resume', resumeRebuild, 'No rebuild is paused.'],
    ['cancel', cancelRebuild, 'there is none to cancel'],
    ['rollback', rollBack, 'There is no former generation'],
    ['snapshot delete', (around) => deleteSnapshot(around, 'nope'), 'There is no snapshot nope.'],
    ['snapshot of tomorrow', (around) => takeSnapshot(around, { ...KEPT, at: TOMORROW }), 'is in the future'],
    ['snapshot of an odd name', (around) => takeSnapshot(around, { ...KEPT, name: '..' }), 'must be 1 to 64'],
  ])('is refused: %s', async (_, work, sentence) => {
    const around = ports();
    expect(await refusalOf(() => work(around))).toContain(sentence);
    expect(around.registry.record).toMatchObject({ live: 1, generations: [generationRecord(1)] });
  });

  it('is refused where nothing is projected yet', async () => {
    for (const work of [pauseRebuild, resumeRebuild, cancelRebuild, rollBack]) {
      const around = ports();
      around.registry.record = null;
      expect(await refusalOf(() => work(around))).toContain('Nothing is projected in this namespace yet');
    }
  });
});
