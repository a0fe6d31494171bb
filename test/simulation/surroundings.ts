/** What happens to the processes: records arrive, processes die, stall and come back, partitions move, time passes. */
import { piecesOf } from '../../projector/pipeline/group.js';
import { drawArrivals } from './arrivals.js';
import { type Habitat, LEASE_MS, Worker } from './worker.js';

const DAY_MS = 86_400_000;

type Happening = () => void;

export class Surroundings {
  private readonly workers: Worker[] = [];
  /** Still to happen, in this order. */
  private readonly plan: Happening[];
  /** Moments at which the next process dies. */
  private readonly aims = new Set<string>();

  constructor(private readonly habitat: Habitat) {
    const { climate, random, coverage } = habitat;
    for (let i = 0; i < climate.workers; i += 1) this.startWorker();
    habitat.group.rebalance();
    const bursts = piecesOf(drawArrivals(random, climate, coverage), climate.burst);
    this.plan = bursts.map((burst) => () => {
      for (const published of burst) habitat.world.produce(published);
    });
    const plan = (times: number, happening: Happening) => {
      for (let i = 0; i < times; i += 1) this.insert(happening);
    };
    plan(climate.crashes, () => this.crash());
    plan(climate.aimedCrashes, () => this.aim());
    plan(climate.stalls, () => this.stall());
    plan(climate.rebalances, () => this.rebalance());
    plan(climate.clockMoves, () => this.moveDays());
    plan(climate.leaseExpiries, () => this.expireLeases());
    plan(climate.orderlyStops, () => this.stopInOrder());
    plan(6, () => this.commit());
    if (random.chance(0.5)) this.plan.push(...this.lateTrouble());
  }

  /** The clock moves when all events have been read, and whoever follows it is struck. */
  private lateTrouble(): Happening[] {
    const { random } = this.habitat;
    const troubles = [
      () => this.crash(),
      () => this.aim(),
      () => this.stopInOrder(),
      () => this.stall(),
      () => this.expireLeases(),
    ];
    const moves = [() => this.moveDays(), () => this.moveDays()];
    return [() => this.moveDays(), ...random.shuffled([...troubles, ...moves])];
  }

  /** The next thing happens; false when nothing is left to. */
  next(): boolean {
    const happening = this.plan.shift();
    happening?.();
    return happening !== undefined;
  }

  /** No faults from now on: everybody is awake and of the group, and somebody is there to do the work. */
  calm(): void {
    const { schedule, group } = this.habitat;
    schedule.trace('calm');
    schedule.calm = true;
    this.aims.clear();
    if (this.living().every(({ isStopping }) => isStopping)) this.startWorker();
    for (const worker of this.living()) {
      worker.stalled = false;
      if (!group.has(worker)) group.join(worker);
    }
    group.rebalance();
    this.expireLeases();
  }

  /** Those of dead processes, above all. */
  expireLeases(): void {
    this.moveClock(LEASE_MS + 1_000);
  }

  private crash(attempts = 5): void {
    const { random, schedule } = this.habitat;
    const busy = this.living().filter((worker) => schedule.isAwaiting(worker));
    if (busy.length === 0) {
      // There is nothing to interrupt: later there may be.
      if (attempts > 1 && this.plan.length > 0) this.insert(() => this.crash(attempts - 1));
      return;
    }
    this.kill(random.pick(busy));
  }

  /** A moment is chosen, be it frequent or rare: a crash at any time seldom meets the rare ones. */
  private aim(): void {
    const { random, schedule } = this.habitat;
    if (schedule.moments.size > 0) this.aims.add(random.pick([...schedule.moments]));
  }

  /** Whoever is at a moment that was aimed at dies. */
  strike(): void {
    for (const moment of this.aims) {
      const worker = this.living().find((living) => this.habitat.schedule.isAt(living, moment));
      if (worker === undefined) continue;
      this.aims.delete(moment);
      this.kill(worker);
    }
  }

  private kill(worker: Worker): void {
    const { schedule, coverage, group } = this.habitat;
    schedule.trace(`crash ${worker.name}`);
    coverage.count('a process crashed');
    worker.crash();
    this.insert(() => group.leave(worker));
    this.insert(() => this.startInGroup());
  }

  /** It sleeps, others may take its partitions meanwhile; then it wakes up and goes on with what it was at. */
  private stall(): void {
    const { random, schedule, coverage, group } = this.habitat;
    const awake = this.living().filter(({ stalled }) => !stalled);
    if (awake.length === 0) return;
    const worker = random.pick(awake);
    schedule.trace(`stall ${worker.name}`);
    coverage.count('a process stalled');
    worker.stalled = true;
    this.insert(() => group.leave(worker));
    this.insert(() => {
      if (!worker.isAlive) return;
      schedule.trace(`wake ${worker.name}`);
      worker.stalled = false;
      this.insert(() => {
        if (!worker.isAlive || group.has(worker)) return;
        group.join(worker);
        group.rebalance();
      });
    });
  }

  private stopInOrder(): void {
    const { random, schedule, coverage } = this.habitat;
    const awake = this.living().filter(({ stalled, isStopping }) => !stalled && !isStopping);
    if (awake.length === 0) return;
    const worker = random.pick(awake);
    schedule.trace(`stop ${worker.name}`);
    coverage.count('a process stopped in order');
    worker.stop();
    this.insert(() => this.startInGroup());
  }

  private rebalance(): void {
    this.habitat.schedule.trace('rebalance');
    this.habitat.group.rebalance();
  }

  private moveDays(): void {
    this.habitat.coverage.count('the clock moved to another day');
    this.moveClock(this.habitat.random.between(1, 40) * DAY_MS);
  }

  private moveClock(byMs: number): void {
    this.habitat.schedule.trace(`clock + ${byMs}`);
    this.habitat.world.clock.time += byMs;
  }

  private commit(): void {
    const { random, schedule } = this.habitat;
    const awake = this.living().filter(({ stalled }) => !stalled);
    if (awake.length === 0) return;
    const worker = random.pick(awake);
    schedule.trace(`timer of ${worker.name}`);
    void worker.source.commitNow();
  }

  private living(): Worker[] {
    return this.workers.filter(({ isAlive }) => isAlive);
  }

  private startWorker(): void {
    const worker = new Worker(`w${this.workers.length + 1}`, this.habitat);
    this.workers.push(worker);
    this.habitat.schedule.trace(`start ${worker.name}`);
    worker.start();
  }

  private startInGroup(): void {
    this.startWorker();
    this.habitat.group.rebalance();
  }

  /** Somewhere among what is still to happen. */
  private insert(happening: Happening): void {
    this.plan.splice(this.habitat.random.between(0, this.plan.length), 0, happening);
  }
}
