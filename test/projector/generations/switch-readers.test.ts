/**
 * Whoever asks several API processes while generations are switched never goes back: two real pipelines over stores in
 * memory, events that keep coming, and two API processes that learn of a switch late, each when it happens to.
 */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RegisteredControl } from '../../../projector/generations/control.js';
import { SEEN_AFTER_MS, type SwitchPorts, switchTo } from '../../../projector/generations/switch.js';
import type { SourceRecord } from '../../../projector/ports/events.js';
import type { GenerationControl } from '../../../projector/ports/generations.js';
import { MemoryRegistry } from '../../memory/generations.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { IdleSource } from '../../memory/source.js';
import { history } from '../../view-kit/history.js';
import { SHOP_NOW } from '../pipeline/shop-events.js';
import { generationRecord } from '../stores/generation-record.js';

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
const SWITCHES = 6;
/** What an API process may know at most that is older than its answer. */
const STALE_MAX_MS = SEEN_AFTER_MS - 1_000;
const STEP_MS = 50;

/** Gives what is in the log, as much of it as is wanted, and then what is added. */
class FollowingSource extends IdleSource {
  private next = 0;

  constructor(private readonly log: readonly SourceRecord[]) {
    super();
  }

  override async poll(limit: number, waitMs: number): Promise<readonly SourceRecord[]> {
    const taken = this.log.slice(this.next, this.next + limit);
    this.next += taken.length;
    return taken.length > 0 ? taken : super.poll(limit, waitMs);
  }
}

/** Resolves with what readers have seen, in the order of their reads. */
async function readAcrossSwitches(
  controlOf: (registry: MemoryRegistry, number: number, now: () => number) => GenerationControl,
): Promise<number[]> {
  const clock = { time: SHOP_NOW, now: () => clock.time };
  const registry = new MemoryRegistry();
  await registry.create(generationRecord(1));
  await registry.update((known) => ({ ...known, generations: [...known.generations, generationRecord(2)] }));
  const event = history('2026-11-20T10:00:00Z');
  const log: SourceRecord[] = [];
  const write = () => {
    const type = log.length === 0 ? 'customer.registered' : 'customer.updated';
    log.push(toRecord(event(type, 'c-1', { name: String(log.length) }), log.length));
  };
  write();
  const generations = [1, 2].map((number) => {
    const registered = controlOf(registry, number, clock.now);
    const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS, registered });
    // Of different speed, so that either may be ahead.
    const projection = world.worker(new FollowingSource(log), number === 1 ? 1 : 7);
    return { number, world, projection, ended: projection.run() };
  });
  const of = (number: number) => {
    const found = generations.find((one) => one.number === number);
    if (found === undefined) throw new Error(`There is no generation ${number}.`);
    return found;
  };

  const seen: number[] = [];
  const processes = [0, 1].map(() => ({ live: 1, readAt: clock.time, staleMs: 0 }));
  /** Time passes: an event comes, and a reader asks one process after the other. */
  async function step(): Promise<void> {
    clock.time += STEP_MS;
    write();
    await setTimeout(1);
    for (const process of processes) {
      if (clock.time - process.readAt >= process.staleMs) {
        const staleMs = Math.random() * STALE_MAX_MS;
        Object.assign(process, { live: registry.record?.live, readAt: clock.time, staleMs });
      }
      const shown = of(process.live).world.documents.visible({ view: 'customers', revision: 1 }).get('c-1');
      seen.push(Number(shown?.name ?? 0));
    }
  }
  const ports: SwitchPorts = {
    registry,
    clock,
    sleep: async (ms) => {
      for (let passed = 0; passed < ms; passed += STEP_MS) await step();
    },
    ends: async () => new Map([['customers/0', log.length]]),
    generation: ({ number }) => ({ ...of(number).world, refresh: async () => {} }),
  };
  for (let i = 0; i < SWITCHES; i += 1) {
    for (let between = 0; between < 10; between += 1) await step();
    await switchTo(i % 2 === 0 ? 2 : 1, ports);
  }
  for (const { projection, ended } of generations) {
    await projection.stop();
    await ended;
  }
  return seen;
}

function timesGoneBack(seen: readonly number[]): number {
  let newest = 0;
  return seen.filter((version) => {
    const isBack = version < newest;
    newest = Math.max(newest, version);
    return isBack;
  }).length;
}

describe('readers of several API processes', () => {
  it('never go back while generations are switched to and fro', async () => {
    const seen = await readAcrossSwitches((registry, number, now) => new RegisteredControl(registry, number, now));
    expect(timesGoneBack(seen)).toBe(0);
    expect(Math.max(...seen), 'they must have seen something new').toBeGreaterThan(100);
  }, 60_000);

  it('would go back if the one that is switched to did not stop where the other one does', async () => {
    const seen = await readAcrossSwitches((registry, number, now) => {
      const control = new RegisteredControl(registry, number, now);
      if (number === 1) return control;
      return {
        async admission() {
          const { upTo: _, ...admission } = await control.admission();
          return admission;
        },
      };
    });
    expect(timesGoneBack(seen)).toBeGreaterThan(0);
  }, 60_000);
});
