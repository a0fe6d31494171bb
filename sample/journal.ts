import { type Aggregate, type SampleEvent, type Step, sampleEvent } from './events.js';
import type { Random } from './random.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.js';

/** An event and the moment at which its service gets it published, which may be long after it happened. */
export interface Entry {
  publishAt: number;
  readonly sample: SampleEvent;
}

const SLOW = 0.01;
const VERY_SLOW = 0.001;
const DUPLICATED = 0.01;

/** Collects what happened, aggregate by aggregate, and gives it back in the order of publishing. */
export class Journal {
  readonly #entries: Entry[] = [];
  readonly #sequences = new Map<string, number>();
  readonly #random: Random;
  readonly #now: number;

  constructor(random: Random, now: number) {
    this.#random = random;
    this.#now = now;
  }

  /** Writes the next event of an aggregate; `undefined` when it lies in the future and so has not happened. */
  write(topic: Aggregate, key: string, time: number, step: Step): Entry | undefined {
    if (time > this.#now) return undefined;
    const aggregate = `${topic}/${key}`;
    const sequence = (this.#sequences.get(aggregate) ?? 0) + 1;
    this.#sequences.set(aggregate, sequence);
    const entry = {
      publishAt: Math.min(this.#now, time + this.#delayMs()),
      sample: sampleEvent(this.#random, topic, key, sequence, time, step),
    };
    this.#entries.push(entry);
    return entry;
  }

  /** Most events are published at once, some hours later, a few days later. */
  #delayMs(): number {
    if (this.#random.chance(VERY_SLOW)) return this.#random.between(6 * HOUR_MS, 3 * DAY_MS);
    if (this.#random.chance(SLOW)) return this.#random.between(MINUTE_MS, 6 * HOUR_MS);
    return this.#random.between(5, 500);
  }

  /** One in a hundred events is published twice, under the same id. */
  *inOrderOfPublishing(): Generator<SampleEvent> {
    const repeated = this.#entries.filter(() => this.#random.chance(DUPLICATED));
    const all = [...this.#entries];
    for (const { publishAt, sample } of repeated) {
      const again = publishAt + this.#random.between(SECOND_MS, 2 * HOUR_MS);
      all.push({ publishAt: Math.min(this.#now, again), sample });
    }
    // The sort is stable, so what shares a moment keeps the order in which it was written.
    for (const { sample } of all.sort((a, b) => a.publishAt - b.publishAt)) yield sample;
  }
}
