import { describe, expect, it } from 'vitest';
import { RegisteredControl } from '../../../projector/generations/control.js';
import { SEEN_AFTER_MS, SwitchRefused, switchTo } from '../../../projector/generations/switch.js';
import type { Job } from '../../../projector/ports.js';
import type { GenerationRecord } from '../../../runtime/records.js';
import { MemoryRegistry } from '../../memory/generations.js';
import { generationRecord } from '../stores/generation-record.js';

/** Generation 1 is served, 2 is built; the topic ends at offset 10. Every sleep lets that much time pass. */
async function stage(built: Partial<GenerationRecord> = {}) {
  const registry = new MemoryRegistry();
  await registry.create(generationRecord(1));
  await registry.update((known) => ({
    ...known,
    generations: [...known.generations, { ...generationRecord(2), ...built }],
  }));
  const said: string[] = [];
  const world = { time: 0, next: 10, jobs: [] as Job[], onSleep: async (_ms: number) => {} };
  const now = () => world.time;
  const modes = async () => {
    const both = [1, 2].map((generation) => new RegisteredControl(registry, generation, now).mode());
    return (await Promise.all(both)).join('/');
  };
  const say = async (what: string) => void said.push(`${what}, live ${registry.record?.live}, ${await modes()}`);
  const ports = {
    registry,
    clock: { now },
    sleep: async (ms: number) => {
      world.time += ms;
      if (ms === SEEN_AFTER_MS) await say('seen');
      await world.onSleep(ms);
    },
    ends: async () => {
      await say('ends');
      return new Map([['orders/0', 10]]);
    },
    positions: { read: async () => [{ topic: 'orders', partition: 0, next: world.next }] },
    jobs: { list: async () => world.jobs },
    refresh: () => say('refresh'),
  };
  return { registry, world, said, modes, ports };
}

const JOB: Job = {
  ...{ view: 'orders', reference: 'product', referredId: 'p-1', generation: 3 },
  ...{ cursor: null, documents: 0, requestedAt: 0, again: false },
};

describe('a switch of generations', () => {
  it('halts the old one before it reads the ends, and the new one until everybody has seen it', async () => {
    const { said, modes, ports, registry } = await stage();
    await switchTo(2, ports);
    expect(said).toEqual(['ends, live 1, halt/project', 'refresh, live 1, halt/project', 'seen, live 2, halt/halt']);
    expect(registry.record?.live).toBe(2);
    expect(await modes()).toBe('project/project');
  });

  it('waits until the new one has reached the ends and its jobs are done', async () => {
    const { world, said, ports } = await stage();
    Object.assign(world, { next: 9, jobs: [JOB] });
    let looks = 0;
    world.onSleep = async () => {
      looks += 1;
      if (looks === 3) world.next = 10;
      if (looks === 6) world.jobs = [];
      if (looks < 6) expect(said).toHaveLength(1);
    };
    await switchTo(2, ports);
    expect(looks).toBeGreaterThanOrEqual(6);
    expect(said[1]).toContain('refresh');
  });

  it.each([
    ['its positions stay behind', { next: 9 }, 'has not reached the ends of 1 partitions'],
    ['a job is never done', { jobs: [JOB] }, 'has fan-out jobs left'],
  ])('is refused, and the old one goes on, when %s', async (_, trouble, reason) => {
    const { world, modes, ports, registry } = await stage();
    Object.assign(world, trouble);
    await expect(switchTo(2, ports)).rejects.toThrow(reason);
    expect([registry.record?.live, await modes()]).toEqual([1, 'project/project']);
  });

  it.each([
    ['filled', { phase: 'filling' as const }],
    ['rendered', { phase: 'rendering' as const }],
    ['a snapshot', { phase: 'frozen' as const }],
    ['paused', { paused: true as const }],
  ])('is refused at once while the new one is %s', async (_, built) => {
    const { said, ports } = await stage(built);
    await expect(switchTo(2, ports)).rejects.toBeInstanceOf(SwitchRefused);
    expect(said).toEqual([]);
  });

  it('is refused to the generation that is served', async () => {
    const { ports } = await stage();
    await expect(switchTo(1, ports)).rejects.toThrow('is the one that is served');
  });

  it('does not go through once the halt may have passed for somebody', async () => {
    const { world, ports, registry } = await stage();
    ports.refresh = async () => {
      world.time += 60_000;
    };
    await expect(switchTo(2, ports)).rejects.toBeInstanceOf(SwitchRefused);
    expect(registry.record?.live).toBe(1);
  });

  it('leaves halts that pass by themselves when who switches dies', async () => {
    const { world, modes, ports } = await stage();
    ports.refresh = () => new Promise(() => {});
    void switchTo(2, ports);
    await expect.poll(modes).toBe('halt/project');
    world.time += 30_001;
    expect(await modes()).toBe('project/project');
  });

  it('does not undo another one that was ahead', async () => {
    const { ports, registry } = await stage();
    ports.refresh = async () => {
      await registry.update((known) => ({
        ...known,
        live: 3,
        generations: [...known.generations, generationRecord(3)],
      }));
    };
    await expect(switchTo(2, ports)).rejects.toThrow('Another switch was ahead');
    expect(registry.record?.live).toBe(3);
  });
});
