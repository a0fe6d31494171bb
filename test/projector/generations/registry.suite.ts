/** What every registry of generations does. */
import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../projector/generations/generation.js';
import type { RegistryRecord } from '../../../runtime/records.js';
import { generationRecord } from '../stores/generation-record.js';

/** `open` gives an empty registry each time. */
export function registrySuite(open: () => Promise<Registry>): void {
  const read = async (registry: Registry): Promise<RegistryRecord> => {
    const record = await registry.read();
    if (record === null) throw new Error('The registry is empty.');
    return record;
  };

  describe('a registry of generations', () => {
    it('is empty until it is created with its first generation', async () => {
      const registry = await open();
      expect(await registry.read()).toBeNull();
      expect(await registry.create(generationRecord(4))).toBe(true);
      expect(await registry.read()).toEqual({ _id: 'registry', live: 4, generations: [generationRecord(4)] });
    });

    it('is created by one of several who try', async () => {
      const registry = await open();
      const created = await Promise.all([1, 2, 3, 4].map((number) => registry.create(generationRecord(number))));
      expect(created.filter(Boolean)).toHaveLength(1);
      expect((await read(registry)).live).toBe(created.indexOf(true) + 1);
    });

    it('is switched to another generation by who knows its present state', async () => {
      const registry = await open();
      await registry.create(generationRecord(1));
      const before = await read(registry);
      expect(await registry.replaceLive(generationRecord(2), before)).toBe(true);
      expect(await read(registry)).toEqual({
        ...{ _id: 'registry', live: 2 },
        generations: [generationRecord(1), generationRecord(2)],
      });
      expect(await registry.replaceLive(generationRecord(3), before)).toBe(false);
      expect((await read(registry)).live).toBe(2);
    });

    it('is switched by one of several who try', async () => {
      const registry = await open();
      await registry.create(generationRecord(1));
      const before = await read(registry);
      const switched = await Promise.all(
        [2, 3, 4].map((number) => registry.replaceLive(generationRecord(number), before)),
      );
      expect(switched.filter(Boolean)).toHaveLength(1);
      expect((await read(registry)).generations).toHaveLength(2);
    });
  });
}
