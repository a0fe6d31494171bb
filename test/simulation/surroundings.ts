/** What happens to the processes: records arrive, processes die, stall and come back, partitions move, time passes. */
import { piecesOf } from '../../runtime/collections.js';
import { drawArrivals } from './arrivals.js';
import type { Moment } from './schedule.js';
import { type Habitat, LEASE_MS, Worker } from './worker.js';

const DAY_MS = 86_400_000;

type Happening = () => void;

export class Surroundings {
  private readonly workers: Worker[] = [];
  /** Still to happen, in this order. */
  private readonly plan: Happening[];
  /** What strikes the next process at a moment. */
  private readonly aims = new Map<Moment, (worker: Worker) => void>();

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
    plan(climate.aims, () => this.aim());
    plan(climate.lateWrites, () => this.letBeLate());
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
    const aim = () => this.aim();
    const troubles = [aim, aim, aim, () => this.crash(), () => this.stopInOrder(), () => this.stall()];
    const moves = [() => this.moveDays(), () => this.moveDays()];
    return [() => this.moveDays(), ...random.shuffled([...troubles, ...moves, () => this.expireLeases()])];
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

  /** A moment is chosen, be it frequent or rare: what happens at any time seldom meets the rare ones. */
  private aim(): void {
    const { random, schedule } = this.habitat;
    if (schedule.moments.length === 0) return;
    const strike = random.pick([this.kill, this.putToSleep, this.letStop]);
    this.aims.set(random.pick(schedule.moments), (worker) => strike.call(this, worker));
  }

  /** A store times out at the next such write, and does it later. */
  private letBeLate(): void {
    const { random, schedule } = this.habitat;
    if (schedule.moments.length > 0) schedule.late.add(random.pick(schedule.moments).call);
  }

  /** Whoever is at a moment that was aimed at is struck. */
  strike(): void {
    for (const [moment, strike] of this.aims) {
      const awake = this.living().filter(({ stalled, isStopping }) => !stalled && !isStopping);
      const worker = awake.find((living) => this.habitat.schedule.isAt(living, moment));
      if (worker === undefined) continue;
      this.aims.delete(moment);
      strike(worker);
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
    const { random } = this.habitat;
    const awake = this.living().filter(({ stalled }) => !stalled);
    if (awake.length === 0) return;
    this.putToSleep(random.pick(awake));
  }

  private putToSleep(worker: Worker): void {
    const { random, schedule, coverage, group } = this.habitat;
    schedule.trace(`stall ${worker.name}`);
    coverage.count('a process stalled');
    worker.stalled = true;
    this.insert(() => group.leave(worker));
    const outlastsLease = random.chance(0.5);
    this.insertInOrder([...(outlastsLease ? [() => this.expireLeases()] : []), () => this.wake(worker)]);
  }

  private wake(worker: Worker): void {
    const { schedule, group } = this.habitat;
    if (!worker.isAlive) return;
    schedule.trace(`wake ${worker.name}`);
    worker.stalled = false;
    this.insert(() => {
      if (!worker.isAlive || group.has(worker)) return;
      group.join(worker);
      group.rebalance();
    });
  }

  private stopInOrder(): void {
    const { random } = this.habitat;
    const awake = this.living().filter(({ stalled, isStopping }) => !stalled && !isStopping);
    if (awake.length === 0) return;
    this.letStop(random.pick(awake));
  }

  private letStop(worker: Worker): void {
    const { schedule, coverage } = this.habitat;
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
    this.insertInOrder([happening]);
  }

  private insertInOrder(happenings: readonly Happening[]): void {
    let from = 0;
    for (const happening of happenings) {
      const at = this.habitat.random.between(from, this.plan.length);
      this.plan.splice(at, 0, happening);
      from = at + 1;
    }
  }
}
