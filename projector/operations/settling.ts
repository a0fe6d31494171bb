/** When what was in flight a moment ago has arrived, in several generations. */
import { askedOf, leftOf } from '../fan-out/waited-for.js';
import type { PositionStore } from '../ports/events.js';
import type { JobStore } from '../ports/jobs.js';
import type { Pause } from '../work/yielding.js';

export interface SettlingPorts extends Pause {
  readonly generations: readonly {
    readonly positions: Pick<PositionStore, 'read'>;
    readonly jobs: Pick<JobStore, 'list'>;
  }[];
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: () => Promise<ReadonlyMap<string, number>>;
}

const LOOK_MS = 100;

/** Whether, within the time, every generation has passed the ends of now, and has done the fan-out jobs that were asked for. */
export async function settled({ generations, ends, clock, sleep }: SettlingPorts, timeoutMs: number): Promise<boolean> {
  const deadline = clock.now() + timeoutMs;
  const reach = await ends();
  for (const { positions, jobs } of generations) {
    for (;;) {
      const next = new Map<string, number>();
      for (const at of await positions.read()) next.set(`${at.topic}/${at.partition}`, at.next);
      const isBehind = [...reach].some(([name, end]) => (next.get(name) ?? 0) < end);
      if (!isBehind) break;
      if (clock.now() > deadline) return false;
      await sleep(LOOK_MS);
    }
    // Jobs of those events are recorded by now.
    for (let waited = askedOf(await jobs.list()); waited.size > 0; waited = leftOf(waited, await jobs.list())) {
      if (clock.now() > deadline) return false;
      await sleep(LOOK_MS);
    }
  }
  return true;
}
