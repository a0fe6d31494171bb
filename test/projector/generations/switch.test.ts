import { describe, expect, it } from 'vitest';
import { RegisteredControl } from '../../../projector/generations/control.js';
import { SEEN_AFTER_MS, type SwitchPorts, SwitchRefused, switchTo } from '../../../projector/generations/switch.js';
import type { Job } from '../../../projector/ports/jobs.js';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
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
  const generation = () => ({ next: 10, jobs: [] as Job[] });
  const world = { time: 0, onSleep: async (_ms: number) => {}, 1: generation(), 2: generation() };
  const now = () => world.time;
  const modes = async () => {
    const both = [1, 2].map((number) => new RegisteredControl(registry, number, now).admission());
    const shown = (await Promise.all(both)).map(
      ({ mode, upTo }) => mode + (upTo === undefined ? '' : ` up to ${upTo.get('orders/0')}`),
    );
    return shown[0] === shown[1] ? `both ${shown[0]}` : shown.join(', ');
  };
  const say = async (what: string) => void said.push(`${what}: live ${registry.record?.live}, ${await modes()}`);
  const ports: SwitchPorts = {
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
    generation: ({ number }) => {
      const own = world[number as 1 | 2];
      return {
        positions: { read: async () => [{ topic: 'orders', partition: 0, next: own.next }] },
        jobs: { list: async () => own.jobs },
        refresh: () => say(`refresh ${number}`),
      };
    },
  };
  return { registry, world, said, modes, ports };
}

const JOB: Job = {
  ...{ view: 'orders', reference: 'product', referredId: 'p-1', generation: 3 },
  ...{ cursor: null, documents: 0, requestedAt: 0, again: false, covered: [] },
};

describe('a switch of generations', () => {
  it('halts both before it reads the ends, and keeps both there until everybody has seen it', async () => {
    const { said, modes, ports, registry } = await stage();
    await switchTo(2, ports);
    expect(said).toEqual([
      'ends: live 1, both halt',
      'refresh 2: live 1, both project up to 10',
      'refresh 1: live 1, both project up to 10',
      'seen: live 2, both project up to 10',
    ]);
    expect(registry.record?.live).toBe(2);
    expect(await modes()).toBe('both project');
  });

  it.each([1, 2] as const)('waits until generation %i has reached the ends and its jobs are done', async (number) => {
    const { world, ports, registry } = await stage();
    Object.assign(world[number], { next: 9, jobs: [JOB] });
    let looks = 0;
    world.onSleep = async () => {
      looks += 1;
      if (looks === 3) world[number].next = 10;
      if (looks === 6) world[number].jobs = [];
      if (looks < 6) expect(registry.record?.live).toBe(1);
    };
    await switchTo(2, ports);
    expect(looks).toBeGreaterThanOrEqual(6);
    expect(registry.record?.live).toBe(2);
  });

  describe.each([1, 2] as const)('when generation %i does not get there', (number) => {
    it.each([
      ['its positions stay behind', { next: 9 }, 'has not reached the ends of 1 partitions'],
      ['a job is never done', { jobs: [JOB] }, 'has fan-out jobs left'],
    ])('is refused, and the old one goes on: %s', async (_, trouble, reason) => {
      const { world, modes, ports, registry } = await stage();
      Object.assign(world[number], trouble);
      await expect(switchTo(2, ports)).rejects.toThrow(`Generation ${number} ${reason}`);
      expect([registry.record?.live, await modes()]).toEqual([1, 'both project']);
    });
  });

  it('leaves the served one behind when that is allowed, and never the other', async () => {
    const { world, ports, registry } = await stage();
    world[1].next = 9;
    await switchTo(2, ports, { leaveBehindAfterMs: 15_000 });
    expect(registry.record?.live).toBe(2);
    world[1].next = 9;
    await expect(switchTo(1, ports, { leaveBehindAfterMs: 15_000 })).rejects.toThrow('Generation 1 has not reached');
    expect(registry.record?.live).toBe(2);
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
    const { ends } = ports;
    const late = async () => {
      world.time += 60_000;
      return ends();
    };
    await expect(switchTo(2, { ...ports, ends: late })).rejects.toBeInstanceOf(SwitchRefused);
    expect(registry.record?.live).toBe(1);
  });

  it('leaves halts that pass by themselves when who switches dies', async () => {
    const { world, modes, ports } = await stage();
    void switchTo(2, { ...ports, ends: () => new Promise(() => {}) });
    await expect.poll(modes).toBe('both halt');
    world.time += 30_001;
    expect(await modes()).toBe('both project');
  });

  it('does not undo another one that was ahead', async () => {
    const { ports, registry } = await stage();
    const overtaken = async () => {
      await registry.update((known) => ({
        ...known,
        live: 3,
        generations: [...known.generations, generationRecord(3)],
      }));
      return new Map<string, number>();
    };
    await expect(switchTo(2, { ...ports, ends: overtaken })).rejects.toThrow('Another switch was ahead');
    expect(registry.record?.live).toBe(3);
  });
});
