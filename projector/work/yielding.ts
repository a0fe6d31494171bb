/** How what is not urgent leaves the way to live events. */
import type { Clock } from '../ports/clock.js';

export interface Pause {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<void>;
}

const STEP_MS = 5;

/** Waits while live events are on their way, up to `msMax`: while they always are, work goes on at this pace. */
export async function yieldWhile(isBusy: () => boolean, { clock, sleep }: Pause, msMax: number): Promise<void> {
  // A busy process wakes up late: then the clock ends the waiting, before the number of steps does.
  const until = clock.now() + msMax;
  for (let steps = msMax / STEP_MS; steps > 0 && clock.now() < until; steps -= 1) {
    if (!isBusy()) return;
    await sleep(STEP_MS);
  }
}
