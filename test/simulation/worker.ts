/** One process: the real pipeline, composed as the projector composes it, over the scheduled ports. */
import { DaySweep } from '../../projector/clock/sweep.js';
import { FanOut } from '../../projector/fan-out/fan-out.js';
import { RegisteredControl } from '../../projector/generations/control.js';
import { FollowedFilling } from '../../projector/generations/filling.js';
import { Rebuild, type RebuildPorts } from '../../projector/generations/rebuild.js';
import { Projection } from '../../projector/pipeline/projection.js';
import { StateCache } from '../../projector/pipeline/state-cache.js';
import { Unavailable } from '../../projector/ports/errors.js';
import { createLog } from '../../runtime/log.js';
import { STATE_BYTES_MAX } from '../memory/projection.js';
import type { Climate } from './climate.js';
import type { Group } from './group.js';
import { type Outside, portsOf } from './ports.js';
import type { Random } from './random.js';
import { type Holder, SimulatedSource } from './source.js';
import { GENERATION, SETTINGS } from './world.js';

export const LEASE_MS = 60_000;
const IDLE_MS = 1_000;
const EVENTS_LEFT_MAX = 4;
/** A few states: often less than what is to be rendered or merged together. */
const LOADED_CHARACTERS_MAX = 3_000;
const LOG = createLog('simulation', 'silent');

export interface Habitat extends Outside {
  readonly group: Group;
  readonly random: Random;
  readonly climate: Climate;
}

export class Worker implements Holder {
  isAlive = true;
  isStopping = false;
  stalled = false;
  readonly speed: number;
  readonly source: SimulatedSource;
  private readonly projection: Projection;
  private readonly besides: readonly Pick<FanOut, 'run' | 'stop'>[];

  constructor(
    readonly name: string,
    private readonly habitat: Habitat,
  ) {
    const { world, schedule, group, random } = habitat;
    this.speed = random.pick([1, 1, 1, 0.1]);
    const ports = portsOf(this, habitat);
    this.source = new SimulatedSource(this, world, group, schedule, random, ports.positions);
    const { projection, fanOut, rebuild } = this.compose(ports);
    this.projection = projection;
    this.besides = [fanOut, rebuild, this.sweepLoop(ports)];
  }

  get isOutdated(): boolean {
    return this.source.generation !== this.habitat.group.shareOf(this).generation;
  }

  assignmentChanged(): void {
    const { schedule, world } = this.habitat;
    schedule
      .wait(this, 'learn the assignment')
      .then(() => this.source.learn())
      .catch((error: unknown) => world.violate(`${this.name} could not take up its partitions: ${error}`));
  }

  start(): void {
    const { world, group } = this.habitat;
    const failed = (error: unknown) => {
      world.violate(`${this.name} ended: ${error instanceof Error ? error.stack : error}`);
    };
    for (const service of this.besides) service.run().catch(failed);
    this.projection.run().then(() => this.leave(), failed);
    group.join(this);
  }

  /** Asks it to end in order; it leaves the group when everything it has read is durable. */
  stop(): void {
    this.isStopping = true;
    for (const service of [this.projection, ...this.besides]) void service.stop();
  }

  /** Gone from one moment to the next. The group finds out by itself. */
  crash(): void {
    this.isAlive = false;
    this.habitat.schedule.bury(this, 'crashed');
  }

  private leave(): void {
    this.isAlive = false;
    this.habitat.schedule.bury(this, 'ended');
    this.habitat.group.leave(this);
  }

  private compose(ports: ReturnType<typeof portsOf>) {
    const { schedule, climate, world } = this.habitat;
    const { aggregates, rollups, tickets, documents, changes, targets, jobs, positions, quarantine, erasures } = ports;
    const cache = new StateCache(climate.statesCachedMax);
    const { clock } = world;
    const stages = { observe: () => {}, count: () => {} };
    const patience = { until: <Result>(step: () => Promise<Result>) => this.until(step) };
    const stored = { aggregates, rollups, tickets, documents, changes, targets };
    const publish = { ...stored, cache, clock, settings: SETTINGS, stages, loadedCharactersMax: LOADED_CHARACTERS_MAX };
    const { chunkDocumentsMax, fanOutInlineMax, batchEventsMax, eventsUndoneMax, flushesInFlightMax } = climate;
    const projection = new Projection(
      {
        ...{ source: this.source, positions, quarantine, erasures, patience, log: LOG },
        giveUp: () => {},
        control: climate.rebuilt
          ? new RegisteredControl(ports.registry, GENERATION, clock.now)
          : { admission: async () => ({ mode: 'project' }) },
        yieldToLive: async () => {},
        fold: {
          store: aggregates,
          cache,
          settings: SETTINGS,
          stateBytesMax: STATE_BYTES_MAX,
          loadedCharactersMax: LOADED_CHARACTERS_MAX,
        },
        flush: { ...publish, jobs, chunkDocumentsMax, fanOutInlineMax },
        events: { folded: () => {}, unknown: () => {}, quarantined: () => {} },
      },
      {
        ...{ batchEventsMax, fillEventsMax: batchEventsMax, batchBytesMax: Number.POSITIVE_INFINITY },
        ...{ batchWaitMs: 0, eventsUndoneMax, flushesInFlightMax },
      },
    );
    const sleep = (ms: number) =>
      ms === IDLE_MS
        ? schedule.wait(this, 'no job', () => this.isStopping || world.jobs.hasFree(clock.now()))
        : schedule.wait(this, 'yield to live events');
    const fanOut = new FanOut(
      { jobs, publish, patience, isBusy: () => projection.isBusy, sleep, log: LOG },
      { chunkOrdersMax: 1, busyChunkOrdersMax: 1, yieldMsMax: 10, idleMs: IDLE_MS, leaseMs: LEASE_MS },
    );
    const rebuild = new Rebuild(GENERATION, this.rebuildPorts(ports, patience, { ...publish, changes }), {
      ...{ chunkDocumentsMax, summedOrdersMax: 3, chunksInFlight: 2 },
    });
    return { projection, fanOut, rebuild };
  }

  private rebuildPorts(
    ports: ReturnType<typeof portsOf>,
    patience: RebuildPorts['patience'],
    publish: RebuildPorts['publish'],
  ): RebuildPorts {
    const { registry, rebuilds, positions, scan, ends } = ports;
    const { schedule, world } = this.habitat;
    const isWork = () =>
      world.isRebuilt || (world.rebuilds.isFree(GENERATION, world.clock.time) && world.eventsLeft() <= EVENTS_LEFT_MAX);
    return {
      ...{ registry, rebuilds, positions, scan, patience, publish, clock: world.clock, log: LOG },
      filling: new FollowedFilling(GENERATION, { rebuilds, ends, patience }, EVENTS_LEFT_MAX),
      storages: [],
      yieldToLive: async () => {},
      sleep: () => schedule.wait(this, 'look at the rebuild', () => this.isStopping || isWork()),
    };
  }

  /** Looks at the clock when it has moved. A sweep that fails is tried again at the next look. */
  private sweepLoop({ rollups, day }: ReturnType<typeof portsOf>) {
    const { schedule, world } = this.habitat;
    const sweep = new DaySweep(
      { rollups, day, clock: world.clock, refresh: (dirty) => this.projection.refresh(dirty), log: LOG },
      { businessTimeZone: SETTINGS.businessTimeZone, checkIntervalMs: 0, pieceOwnersMax: 1 },
    );
    let lookedAt = -1;
    const run = async () => {
      while (!this.isStopping) {
        await schedule.wait(this, 'look at the clock', () => world.clock.time !== lookedAt);
        lookedAt = world.clock.time;
        await sweep.sweep().catch((error: unknown) => {
          if (!(error instanceof Unavailable)) throw error;
          lookedAt = -1;
        });
      }
    };
    return { run, stop: () => sweep.stop() };
  }

  private async until<Result>(step: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        await this.habitat.schedule.wait(this, 'try again');
      }
    }
  }
}
