/** How far the documents are behind the events, computed at most every so often and by one request at a time. */
import { withinTime } from '../../runtime/deadline.js';
import type {
  FanOutSource,
  Freshness,
  FreshnessSource,
  LogEnds,
  PartitionEnds,
  PositionSource,
  RefusedSource,
} from '../ports/freshness.js';
import { OldestEvent, type Waiting } from './oldest-event.js';

export interface FreshnessSettings {
  /** How long a computed value is given out again. */
  readonly maxAgeMs: number;
  /** How long one answer waits for it. */
  readonly timeoutMs: number;
}

export interface FreshnessInputs {
  readonly logEnds: LogEnds;
  readonly positions: PositionSource;
  readonly fanOut: FanOutSource;
  readonly refused: RefusedSource;
  /** Wall clock, ms: it may be set, forward and back. */
  readonly now: () => number;
  /** Ms since some moment, and never set: whatever is kept for a time goes by it. */
  readonly monotonic: () => number;
  /** Called when freshness becomes unknown, not again while it stays so. */
  readonly onUnknown: (error: unknown) => void;
}

const RETRY_AFTER_MS = 1_000;
/** From this part of its age on the next value is computed beside the answers that still get this one. */
const AHEAD = 0.6;

interface Outcome {
  readonly generation: number;
  readonly freshness: Freshness;
  /** Monotonic. */
  readonly at: number;
  readonly failed: boolean;
}

export class ComputedFreshness implements FreshnessSource {
  readonly #inputs: FreshnessInputs;
  readonly #settings: FreshnessSettings;
  readonly #oldest: OldestEvent;
  #last: Outcome | null = null;
  #computing: { readonly generation: number; readonly outcome: Promise<Outcome> } | null = null;

  constructor(inputs: FreshnessInputs, settings: FreshnessSettings) {
    this.#inputs = inputs;
    this.#settings = settings;
    this.#oldest = new OldestEvent(inputs.logEnds);
  }

  async of(generation: number): Promise<Freshness> {
    const last = this.#last?.generation === generation ? this.#last : null;
    const age = last === null ? Number.POSITIVE_INFINITY : this.#inputs.monotonic() - last.at;
    if (last !== null && age <= (last.failed ? RETRY_AFTER_MS : this.#settings.maxAgeMs)) {
      // Ahead of time, so that under load the next one is there before an answer would have to wait for it.
      if (!last.failed && age > this.#settings.maxAgeMs * AHEAD) void this.#compute(generation);
      return this.#given(last);
    }
    const outcome = this.#compute(generation);
    // While Kafka is away, no answer waits for it; the attempt goes on behind.
    if (last?.failed === true) return this.#unknown();
    try {
      return (await withinTime(outcome, this.#settings.timeoutMs)).freshness;
    } catch {
      return this.#unknown();
    }
  }

  #given({ freshness, failed }: Outcome): Freshness {
    return failed ? this.#unknown() : freshness;
  }

  #unknown(): Freshness {
    return { lagEvents: null, lagMs: null, refused: null, asOf: new Date(this.#inputs.now()).toISOString() };
  }

  #compute(generation: number): Promise<Outcome> {
    if (this.#computing?.generation === generation) return this.#computing.outcome;
    const outcome = this.#attempt(generation).then((result) => {
      if (this.#computing?.outcome === outcome) this.#computing = null;
      this.#last = result;
      return result;
    });
    this.#computing = { generation, outcome };
    return outcome;
  }

  async #attempt(generation: number): Promise<Outcome> {
    try {
      return { generation, freshness: await this.#measure(generation), at: this.#inputs.monotonic(), failed: false };
    } catch (error) {
      if (this.#last?.failed !== true) this.#inputs.onUnknown(error);
      return { generation, freshness: this.#unknown(), at: this.#inputs.monotonic(), failed: true };
    }
  }

  async #measure(generation: number): Promise<Freshness> {
    const { logEnds, positions, fanOut, refused, now, monotonic } = this.#inputs;
    const [ends, reached] = await Promise.all([logEnds.ends(), positions.positions(generation)]);
    const moment = { wall: now(), monotonic: monotonic() };
    // After the positions: a job is there before the position of its event is, so none is missed.
    const [pending, refusedNow] = await Promise.all([fanOut.pending(generation), refused.refused(generation)]);
    const waiting = ends.flatMap((partition) => waitingIn(partition, reached.get(partition.partition)));
    this.#oldest.observe(ends, moment);
    const waitedMs = waiting.length === 0 ? 0 : await this.#oldest.age(waiting, moment);
    const spreadMs = pending.since === null ? 0 : moment.wall - pending.since;
    return {
      // Each changed aggregate stands for at least one event; which others it stands for nobody counts.
      lagEvents: waiting.reduce((sum, { events }) => sum + events, pending.aggregates),
      lagMs: Math.max(0, waitedMs, spreadMs),
      refused: refusedNow,
      asOf: new Date(moment.wall).toISOString(),
    };
  }
}

/** Without a position nothing of the partition was projected; what was removed from the log can no longer be. */
function waitingIn({ partition, earliest, end }: PartitionEnds, reached: number | undefined): Waiting[] {
  const position = Math.max(reached ?? earliest, earliest);
  return end > position ? [{ partition, position, events: end - position }] : [];
}
