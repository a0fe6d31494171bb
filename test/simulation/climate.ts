/** What differs between schedules: sizes, limits and the weather. Extremes meet bugs that averages hide. */
import type { Random } from './random.js';
import type { Weather } from './schedule.js';

export interface Climate extends Weather {
  readonly workers: number;
  readonly partitionsPerTopic: number;
  readonly batchEventsMax: number;
  readonly chunkDocumentsMax: number;
  readonly fanOutInlineMax: number;
  readonly eventsUndoneMax: number;
  readonly flushesInFlightMax: number;
  readonly statesCachedMax: number;
  /** Probability that a step is one of the surroundings (a record, a crash, …) and not one of a process. */
  readonly pace: number;
  /** Records that arrive at once. */
  readonly burst: number;
  readonly duplicates: number;
  /** Share of events that arrive at another moment than they happened. */
  readonly disorder: number;
  readonly crashes: number;
  /** Crashes and stalls that wait for a certain moment. */
  readonly aims: number;
  /** Stores that time out at a certain write and do it later. */
  readonly lateWrites: number;
  readonly stalls: number;
  readonly rebalances: number;
  readonly clockMoves: number;
  readonly leaseExpiries: number;
  readonly orderlyStops: number;
  /** Whether the generation is filled first, and every document rendered once. */
  readonly rebuilt: boolean;
}

export function drawClimate(random: Random): Climate {
  return {
    workers: random.between(2, 4),
    partitionsPerTopic: random.between(1, 2),
    batchEventsMax: random.pick([1, 2, 4, 8]),
    chunkDocumentsMax: random.pick([1, 2, 3, 20]),
    fanOutInlineMax: random.pick([1, 1, 2, 1000]),
    eventsUndoneMax: random.pick([2, 6, 20]),
    flushesInFlightMax: random.between(1, 3),
    statesCachedMax: random.pick([1, 3, 20]),
    unavailable: random.pick([0, 0.02, 0.1]),
    slow: random.pick([0, 0.1, 0.3]),
    splitBulk: random.pick([0, 0.5, 1]),
    instant: random.pick([0, 0.5, 0.9]),
    pace: random.pick([0.02, 0.05, 0.15]),
    burst: random.pick([1, 2, 6]),
    duplicates: random.between(1, 6),
    disorder: random.pick([0.3, 0.6, 1]),
    crashes: random.between(1, 3),
    aims: random.pick([0, 2, 6]),
    lateWrites: random.pick([0, 3, 12]),
    stalls: random.between(0, 3),
    rebalances: random.between(0, 3),
    clockMoves: random.between(0, 2),
    leaseExpiries: random.between(0, 3),
    orderlyStops: random.between(0, 1),
    rebuilt: random.chance(0.25),
  };
}
