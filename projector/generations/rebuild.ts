/**
 * Brings one generation from empty states to documents that follow live events. Every process that runs the generation
 * has a driver; one at a time holds the lease. Each step is noted when it is done and may be done twice, so the next
 * holder goes on where the last one was.
 *
 *     filling (events are folded only)  →  rendering (every document once, live events too)  →  following
 *
 * A snapshot ends frozen instead, and no live events are rendered.
 */
import { randomUUID } from 'node:crypto';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import type { GenerationRecord, RegistryRecord } from '../../runtime/storage/records.js';
import { recordOf } from '../../runtime/storage/registry.js';
import type { Position, PositionStore } from '../ports/events.js';
import type { GenerationStorage, Registry } from '../ports/generations.js';
import type { RebuildProgress, RebuildRecord, RebuildStore, RenderedPart } from '../ports/rebuilds.js';
import type { StateScan } from '../ports/states.js';
import type { Pause } from '../work/yielding.js';
import { costsOf } from './costs.js';
import type { Filling } from './filling.js';
import { type RenderAllPorts, type RenderAllSettings, renderAll } from './render-all.js';

export interface RebuildPorts extends RenderAllPorts, Pause {
  readonly registry: Registry;
  readonly rebuilds: RebuildStore;
  readonly positions: Pick<PositionStore, 'read'>;
  readonly scan: StateScan;
  readonly storages: readonly GenerationStorage[];
  readonly filling: Filling;
  readonly log: Log;
}

const LOOK_MS = 250;
const NOTE_MS = 1_000;
const LEASE_MS = 15_000;

export class Rebuild implements Service {
  /** By which this process holds the lease. */
  readonly owner = randomUUID();
  private stopping = false;
  /** Up to where the time and the events are counted; `null` while nothing is done. */
  private working: { readonly at: number; readonly events: number } | null = null;

  constructor(
    private readonly generation: number,
    private readonly ports: RebuildPorts,
    private readonly settings: RenderAllSettings,
  ) {}

  /** Ends when every document was rendered, or when stopped. */
  async run(): Promise<void> {
    for (;;) {
      if (this.stopping) return;
      const record = await this.record();
      if (record.phase === undefined || record.phase === 'frozen') return;
      if (record.paused !== true && (await this.holdsLease())) await this.step(record);
      else this.working = null;
      await this.ports.sleep(LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
  }

  private async step(record: GenerationRecord): Promise<void> {
    if (record.phase === 'filling') {
      const { positions, patience } = this.ports;
      const reached = await patience.until(() => positions.read());
      if (reached.length > 0) await this.noteFilling(reached);
      if (!(await this.ports.filling.isDone(reached))) return;
      await this.pass('filling', 'rendering');
      await this.note({ filledAt: new Date(this.ports.clock.now()) });
      this.working = null;
      this.ports.log.info('states have caught up: rendering every document');
      return;
    }
    if (await this.render(record)) {
      await this.ports.filling.catchUp();
      const end = record.snapshot === undefined ? undefined : 'frozen';
      await this.pass('rendering', end);
      this.ports.log.info(`every document is rendered: ${end ?? 'following'}`);
    }
  }

  /** Once a second is often enough. The first events only say when it began. */
  private async noteFilling(positions: readonly Position[]): Promise<void> {
    const { clock, patience, rebuilds } = this.ports;
    const now = clock.now();
    const known = await patience.until(() => rebuilds.read(this.generation));
    const events = positions.reduce(
      (sum, { topic, partition, next }) => sum + Math.max(0, next - (known?.from[`${topic}/${partition}`] ?? 0)),
      0,
    );
    const since = this.working ?? { at: now, events };
    this.working = since;
    if (now - since.at < NOTE_MS) return;
    await this.note({
      filledMs: (known?.filledMs ?? 0) + now - since.at,
      filledEvents: (known?.filledEvents ?? 0) + events - since.events,
    });
    this.working = { at: now, events };
  }

  /** Returns whether every document is rendered. */
  private async render(record: GenerationRecord): Promise<boolean> {
    const { rebuilds, storages, clock, patience } = this.ports;
    const onAll = (step: (storage: GenerationStorage) => Promise<void>) =>
      Promise.all(storages.map((storage) => patience.until(() => step(storage))));
    const known = await patience.until(() => rebuilds.read(this.generation));
    if (known?.renderedAt === undefined) {
      await this.note({ totals: await this.totals() });
      await onAll((storage) => storage.prepareForBulk(record));
      // What was not noted is rendered once more.
      let rendered = known?.place === undefined ? {} : (known.rendered ?? {});
      let begun = clock.now();
      const complete = await renderAll(this.ports, this.settings, known?.place ?? null, {
        summed: async () => {
          begun = clock.now();
          // Before, a rollup has no owners to count.
          await this.note({ summedAt: new Date(begun), totals: await this.totals() });
        },
        rendered: (place, count) => {
          const now = clock.now();
          rendered = including(rendered, place.view, { documents: count, ms: now - begun });
          begun = now;
          const documents = Object.values(rendered).reduce((sum, part) => sum + part.documents, 0);
          return this.goesOn({ place, documents, rendered });
        },
      });
      if (!complete) return false;
    }
    await onAll((storage) => storage.prepareForReading(record));
    if (!(await this.note({ renderedAt: new Date(clock.now()) }))) return false;
    await this.rememberCosts(record);
    return true;
  }

  private async totals(): Promise<Record<ViewName, number>> {
    const { scan, patience } = this.ports;
    const counted = await Promise.all(
      Object.values(views).map(async ({ name, keyedBy }) => [name, await patience.until(() => scan.count(keyedBy))]),
    );
    return Object.fromEntries(counted);
  }

  private async rememberCosts({ fullSpeed }: GenerationRecord): Promise<void> {
    const { patience, rebuilds } = this.ports;
    const record = await patience.until(() => rebuilds.read(this.generation));
    const costs = record === null ? null : costsOf(record);
    if (costs === null) return;
    await patience.until(() => rebuilds.rememberCosts(fullSpeed === true ? 'full-speed' : 'paced', costs));
  }

  private async goesOn(done: RebuildProgress): Promise<boolean> {
    if (this.stopping || !(await this.holdsLease())) return false;
    const { paused } = await this.record();
    return (await this.note(done)) && paused !== true;
  }

  private holdsLease(): Promise<boolean> {
    const { patience, rebuilds, clock } = this.ports;
    return patience.until(() => rebuilds.lease(this.generation, this.owner, clock.now(), LEASE_MS));
  }

  private note(progress: RebuildProgress): Promise<boolean> {
    const { patience, rebuilds, clock } = this.ports;
    const noted = { ...progress, notedAt: new Date(clock.now()) };
    return patience.until(() => rebuilds.progress(this.generation, this.owner, noted));
  }

  private async record(): Promise<GenerationRecord> {
    const { patience, registry } = this.ports;
    return recordOf(await patience.until(() => registry.read()), this.generation);
  }

  /** From one phase to the next, unless another process has gone further. */
  private async pass(from: 'filling' | 'rendering', to: GenerationRecord['phase']): Promise<void> {
    const { patience, registry } = this.ports;
    const change = (known: RegistryRecord) => {
      const own = recordOf(known, this.generation);
      if (own.phase !== from) return null;
      const { phase: _, ...following } = own;
      const changed = to === undefined ? following : { ...own, phase: to };
      return { ...known, generations: known.generations.map((other) => (other === own ? changed : other)) };
    };
    await patience.until(() => registry.update(change));
  }
}

type Rendered = NonNullable<RebuildRecord['rendered']>;

function including(rendered: Rendered, view: ViewName, { documents, ms }: RenderedPart): Rendered {
  const before = rendered[view] ?? { documents: 0, ms: 0 };
  return { ...rendered, [view]: { documents: before.documents + documents, ms: before.ms + ms } };
}
