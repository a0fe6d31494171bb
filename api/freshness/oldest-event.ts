/**
 * How old the oldest event is that waits. Where ends of the log were seen often enough, they tell when a record was
 * appended; otherwise the log is asked by time, halving the range.
 */
import type { LogEnds, PartitionEnds } from '../ports/freshness.js';

/** A partition with records that are not yet projected; `position` is the offset of the first of them. */
export interface Waiting {
  readonly partition: string;
  readonly position: number;
  readonly events: number;
}

/** The same moment by two clocks, in ms: the log is asked by the one that may be set, ages go by the other. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** The log ended here from `firstSeen` to `lastSeen` (monotonic, ms). */
interface Sighting {
  readonly end: number;
  readonly firstSeen: number;
  lastSeen: number;
}

/** What a search has found: the oldest of those that wait was `age` ms old then. */
interface Found {
  readonly positions: string;
  readonly age: number;
  readonly at: Moment;
}

const SIGHTINGS_MAX = 1_000;
/** An answer by time is taken for this long, or for as long as nothing moves. */
const SEARCH_MAX_AGE_MS = 1_000;
/** Whose clock was set by more than this is to search anew: where it looked may have been the wrong time. */
const CLOCK_SET_MS = 1_000;
const FIRST_STEP_MS = 1_000;
/** Of the age: 5 % is near enough for an age of hours, half a second for one of seconds. */
const PRECISION = 0.05;
const PRECISION_MIN_MS = 50;

export class OldestEvent {
  readonly #logEnds: LogEnds;
  readonly #sightings = new Map<string, Sighting[]>();
  #searched: Found | null = null;

  constructor(logEnds: LogEnds) {
    this.#logEnds = logEnds;
  }

  observe(ends: readonly PartitionEnds[], { monotonic: at }: Moment): void {
    for (const { partition, end } of ends) {
      const sightings = this.#sightings.get(partition) ?? [];
      this.#sightings.set(partition, sightings);
      const last = sightings.at(-1);
      if (last !== undefined && end < last.end) sightings.length = 0; // The topic was made anew.
      if (last?.end === end) last.lastSeen = at;
      else sightings.push({ end, firstSeen: at, lastSeen: at });
      // Dropping every second one keeps what the others say true, only less sharp.
      if (sightings.length > SIGHTINGS_MAX)
        this.#sightings.set(
          partition,
          sightings.filter((_, i) => i % 2 === 1),
        );
    }
  }

  /** Milliseconds; never less than the truth by more than the precision. */
  async age(waiting: readonly Waiting[], now: Moment): Promise<number> {
    let oldest = now.monotonic;
    const unsure: Waiting[] = [];
    for (const partition of waiting) {
      const appended = this.#appendedAfter(partition, now.monotonic);
      if (appended === null) unsure.push(partition);
      else oldest = Math.min(oldest, appended);
    }
    if (unsure.length > 0) oldest = Math.min(oldest, now.monotonic - (await this.#search(unsure, now)));
    return Math.max(0, Math.round(now.monotonic - oldest));
  }

  /** A time just before the first waiting record was appended; `null` when the log was not watched closely then. */
  #appendedAfter({ partition, position }: Waiting, now: number): number | null {
    const sightings = this.#sightings.get(partition) ?? [];
    const next = sightings.findIndex(({ end }) => end > position);
    const before = sightings[next - 1];
    const after = sightings[next];
    if (before === undefined || after === undefined) return null;
    sightings.splice(0, next - 1); // Positions only advance.
    const closely = Math.max(FIRST_STEP_MS, (now - before.lastSeen) * PRECISION);
    return after.firstSeen - before.lastSeen <= closely ? before.lastSeen : null;
  }

  async #search(waiting: readonly Waiting[], now: Moment): Promise<number> {
    const positions = waiting.map(({ partition, position }) => `${partition}@${position}`).join(',');
    const searched = this.#searched;
    if (searched !== null && Math.abs(aheadBetween(searched.at, now)) <= CLOCK_SET_MS) {
      const since = now.monotonic - searched.at.monotonic;
      if (searched.positions === positions || since <= SEARCH_MAX_AGE_MS) return searched.age + since;
    }
    const age = now.wall - (await this.#searchByTime(waiting, now.wall));
    this.#searched = { positions, age, at: now };
    return age;
  }

  /** The latest known time at which no waiting record had been appended yet. */
  async #searchByTime(waiting: readonly Waiting[], now: number): Promise<number> {
    const existedBefore = async (time: number) => {
      const offsets = await this.#logEnds.offsetsAt(time);
      return waiting.some(({ partition, position }) => (offsets.get(partition) ?? 0) > position);
    };
    let before = now;
    let after = now;
    for (let step = FIRST_STEP_MS; ; step *= 2) {
      before = Math.max(0, now - step);
      if (before === 0 || !(await existedBefore(before))) break;
      after = before;
    }
    while (after - before > Math.max(PRECISION_MIN_MS, (now - after) * PRECISION)) {
      const middle = Math.round((before + after) / 2);
      if (await existedBefore(middle)) after = middle;
      else before = middle;
    }
    return before;
  }
}

/** By how much more the one clock went on than the other, in ms. */
function aheadBetween(first: Moment, second: Moment): number {
  return second.wall - first.wall - (second.monotonic - first.monotonic);
}
