/**
 * One watch of the positions and the states for all who wait in this process. While anybody does, it looks every 20 ms,
 * less often the longer nobody has come and nothing was reached, down to every 100 ms; else it does nothing. A look is one
 * read of the positions, at most one of the states of each kind of aggregate, and at most one of the fan-out jobs, whatever
 * the number of those who wait.
 */

import type { View } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { Shares } from '../fairness/shares.js';
import type { PositionSource } from '../ports/freshness.js';
import type {
  AggregateProgress,
  JobName,
  JobSource,
  PartitionPlace,
  PendingJob,
  ProgressSource,
  Reached,
} from '../ports/waiting.js';
import { type Awaited, nameOf } from './demands.js';
import { isSameJob, isStillFor, jobsFor } from './fan-out.js';
import { isBeyond, type Positions, placesOf, reachedSequence } from './proof.js';
import type { Timers } from './timers.js';

export const WATCH_PACE = { pauseMsMin: 20, pauseMsMax: 100, pauseFactor: 1.25 } as const;

export interface WatchPorts {
  readonly progress: ProgressSource;
  readonly positions: PositionSource;
  readonly jobs: JobSource;
  readonly timers: Timers;
}

export interface Wait {
  /** Who waits. */
  readonly caller: string;
  readonly generation: number;
  readonly awaited: readonly Awaited[];
  /** Those whose documents the answer shows. */
  readonly views: readonly View[];
  /** Whether the caller may learn of it; what it may not counts as absent. */
  readonly mayLearnOf: (awaited: Awaited, progress: AggregateProgress) => boolean;
  readonly timeoutMs: number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

export type WaitOutcome =
  /** Every event is in every document of the views. */
  | { readonly kind: 'visible'; readonly reached: Reached }
  | { readonly kind: 'timeout'; readonly reached: Reached; readonly fanOut: readonly FanOutLeft[] }
  | { readonly kind: 'crowded' }
  | { readonly kind: 'gone' };

/** A job that has still to bring an event to some of the documents. */
export interface FanOutLeft {
  /** By its name in the header. */
  readonly aggregate: string;
  readonly job: PendingJob;
}

interface Open {
  readonly awaited: Awaited;
  /** As it was read last; `null`: the caller knows of none. */
  progress: AggregateProgress | null;
  /** Set once its event is known to be merged: then only the positions matter. */
  places: readonly PartitionPlace[] | null;
  /** The jobs that had to bring it to some document at the last look. */
  jobs: readonly PendingJob[];
}

interface Waiter {
  readonly wait: Wait;
  readonly open: readonly Open[];
  positions: Positions;
  end(outcome: WaitOutcome): void;
  fail(error: unknown): void;
}

export class Watch {
  readonly #ports: WatchPorts;
  readonly #limits: WatchLimits;
  readonly #waiters = new Set<Waiter>();
  #pauseMs: number = WATCH_PACE.pauseMsMin;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #cancelLook: () => void = () => {};
  /** Why the last look failed; `null` when it did not. */
  #failure: { readonly error: unknown } | null = null;

  constructor(ports: WatchPorts, limits: WatchLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** @throws StoreUnavailable when the time is up and the stores did not answer the last time. */
  until(wait: Wait): Promise<WaitOutcome> {
    if (wait.signal.aborted) return Promise.resolve({ kind: 'gone' });
    const { waitersMax, shares, idle } = this.#limits;
    const left = waitersMax - this.#waiters.size - 1;
    const release = left < 0 ? null : shares.take(wait.caller, left);
    if (release === null) return Promise.resolve({ kind: 'crowded' });
    const goOn = idle();
    return new Promise<WaitOutcome>((resolve, reject) => this.#join(wait, resolve, reject)).finally(() => {
      goOn();
      release();
    });
  }

  #join(wait: Wait, resolve: (outcome: WaitOutcome) => void, reject: (error: unknown) => void): void {
    const leave = () => {
      this.#waiters.delete(waiter);
      cancelDeadline();
      wait.signal.removeEventListener('abort', gone);
      if (this.#waiters.size > 0) return;
      this.#cancelLook();
      this.#failure = null;
    };
    const waiter: Waiter = {
      wait,
      open: wait.awaited.map((awaited) => ({ awaited, progress: null, places: null, jobs: [] })),
      positions: new Map(),
      end: (outcome) => {
        leave();
        resolve(outcome);
      },
      fail: (error) => {
        leave();
        reject(error);
      },
    };
    const gone = () => waiter.end({ kind: 'gone' });
    const cancelDeadline = this.#ports.timers.after(wait.timeoutMs, () => {
      if (this.#failure !== null) waiter.fail(this.#failure.error);
      else waiter.end({ kind: 'timeout', reached: reachedBy(waiter), fanOut: fanOutLeft(waiter) });
    });
    wait.signal.addEventListener('abort', gone);
    this.#waiters.add(waiter);
    this.#pauseMs = WATCH_PACE.pauseMsMin;
    if (!this.#looking) this.#lookLater();
  }

  #lookLater(): void {
    const { now, after } = this.#ports.timers;
    this.#cancelLook();
    this.#cancelLook = after(Math.max(0, this.#lookedAt + this.#pauseMs - now()), () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#lookedAt = this.#ports.timers.now();
    this.#pauseMs = Math.min(this.#pauseMs * WATCH_PACE.pauseFactor, WATCH_PACE.pauseMsMax);
    try {
      const waiters = [...this.#waiters];
      const generations = new Set(waiters.map(({ wait }) => wait.generation));
      await Promise.all(
        [...generations].map((generation) =>
          this.#lookAt(
            generation,
            waiters.filter(({ wait }) => wait.generation === generation),
          ),
        ),
      );
      this.#failure = null;
    } catch (error) {
      this.#failure = { error };
    }
    this.#looking = false;
    if (this.#waiters.size > 0) this.#lookLater();
  }

  async #lookAt(generation: number, waiters: readonly Waiter[]): Promise<void> {
    const [positions, progress] = await Promise.all([
      this.#ports.positions.positions(generation),
      this.#progressOf(generation, unproven(waiters)),
    ]);
    for (const waiter of waiters) {
      // It may have left, and an end of its own is the only one that it gets.
      if (!this.#waiters.has(waiter)) continue;
      waiter.positions = positions;
      for (const open of waiter.open) take(open, waiter.wait, progress);
    }
    await this.#endIfVisible(generation, waiters);
  }

  /** Of events behind the positions, which were read before, the jobs have been recorded by now. */
  async #endIfVisible(generation: number, waiters: readonly Waiter[]): Promise<void> {
    const named = waiters.map((waiter) => [waiter, namedBy(waiter)] as const);
    for (const [waiter, names] of named) if (names.length === 0 && isAllBehind(waiter)) this.#endVisible(waiter);
    const wanted = named.flatMap(([, names]) => names);
    if (wanted.length === 0) return;
    const jobs = await this.#ports.jobs.jobs(generation, wanted);
    for (const [waiter, names] of named) {
      if (names.length === 0) continue;
      for (const open of waiter.open) open.jobs = jobsLeft(open, waiter, jobs);
      if (isAllBehind(waiter) && waiter.open.every((open) => open.jobs.length === 0)) this.#endVisible(waiter);
    }
  }

  #endVisible(waiter: Waiter): void {
    if (!this.#waiters.has(waiter)) return;
    this.#pauseMs = WATCH_PACE.pauseMsMin;
    waiter.end({ kind: 'visible', reached: reachedBy(waiter) });
  }

  async #progressOf(generation: number, ids: ReadonlyMap<AggregateName, ReadonlySet<string>>): Promise<Progress> {
    const read = [...ids].map(async ([aggregate, wanted]) => {
      return [aggregate, await this.#ports.progress.progress(generation, aggregate, [...wanted])] as const;
    });
    return new Map(await Promise.all(read));
  }
}

type Progress = ReadonlyMap<AggregateName, ReadonlyMap<string, AggregateProgress>>;

/** The aggregates whose states are of interest: some event of theirs is not known to be merged. */
function unproven(waiters: readonly Waiter[]): ReadonlyMap<AggregateName, ReadonlySet<string>> {
  const ids = new Map<AggregateName, Set<string>>();
  for (const { awaited, places } of waiters.flatMap(({ open }) => open)) {
    if (places !== null) continue;
    const known = ids.get(awaited.aggregate) ?? new Set();
    ids.set(awaited.aggregate, known.add(awaited.id));
  }
  return ids;
}

function take(open: Open, { mayLearnOf }: Wait, read: Progress): void {
  if (open.places !== null) return;
  const { awaited } = open;
  const progress = read.get(awaited.aggregate)?.get(awaited.id);
  open.progress = progress !== undefined && mayLearnOf(awaited, progress) ? progress : null;
  open.places = open.progress === null ? null : placesOf(awaited.mark, open.progress);
}

function isBehind({ places }: Open, positions: Positions): boolean {
  return places !== null && isBeyond(positions, places);
}

function isAllBehind({ open, positions }: Waiter): boolean {
  return open.every((one) => isBehind(one, positions));
}

/** Also while others of its events are not behind the positions: at the end of its time it is told of those jobs. */
function namedBy({ open, positions, wait: { views } }: Waiter): readonly JobName[] {
  return open.flatMap((one) => (isBehind(one, positions) ? jobsFor(one.awaited, views) : []));
}

function jobsLeft(open: Open, { positions, wait: { views } }: Waiter, jobs: readonly PendingJob[]): PendingJob[] {
  if (!isBehind(open, positions)) return [];
  const own = jobsFor(open.awaited, views);
  return jobs.filter((job) => own.some((name) => isSameJob(name, job)) && isStillFor(job, open.places ?? []));
}

function fanOutLeft({ open }: Waiter): FanOutLeft[] {
  return open.flatMap(({ awaited, jobs }) => jobs.map((job) => ({ aggregate: nameOf(awaited), job })));
}

function reachedBy({ open, positions }: Waiter): Reached {
  return Object.fromEntries(
    open.map(({ awaited, progress }) => [
      nameOf(awaited),
      progress === null ? null : reachedSequence(progress, positions),
    ]),
  );
}

export interface WatchLimits {
  /** How many wait at a time. */
  readonly waitersMax: number;
  readonly shares: Shares;
  /** Told of each request that waits; returns what is to be told when it does no more. */
  readonly idle: () => () => void;
}
