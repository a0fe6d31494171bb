/** What every registry of generations does. */
import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../projector/ports/generations.js';
import type { RegistryRecord } from '../../../runtime/storage/records.js';
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
      expect(await registry.read()).toEqual({
        _id: 'registry',
        version: 1,
        live: 4,
        generations: [generationRecord(4)],
      });
    });

    it('is created by one of several who try', async () => {
      const registry = await open();
      const created = await Promise.all([1, 2, 3, 4].map((number) => registry.create(generationRecord(number))));
      expect(created.filter(Boolean)).toHaveLength(1);
      expect((await read(registry)).live).toBe(created.indexOf(true) + 1);
    });

    it('is changed to what is made of its present state', async () => {
      const registry = await open();
      await registry.create(generationRecord(1));
      const written = await registry.update((known) => ({
        ...known,
        live: 2,
        generations: [...known.generations, generationRecord(2)],
      }));
      const expected = {
        _id: 'registry',
        version: 2,
        live: 2,
        generations: [generationRecord(1), generationRecord(2)],
      };
      expect(written).toEqual(expected);
      expect(await read(registry)).toEqual(expected);
    });

    it('stays what it is when the change declines', async () => {
      const registry = await open();
      await registry.create(generationRecord(1));
      expect(await registry.update(() => null)).toBeNull();
      expect((await read(registry)).version).toBe(1);
    });

    it('loses no change of several who change it at a time', async () => {
      const registry = await open();
      await registry.create(generationRecord(1));
      await Promise.all(
        [2, 3, 4, 5, 6].map((number) =>
          registry.update((known) => ({ ...known, generations: [...known.generations, generationRecord(number)] })),
        ),
      );
      const { generations, version } = await read(registry);
      expect(generations.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(version).toBe(6);
    });
  });
}
