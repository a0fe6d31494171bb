/** Work on large answers, which would otherwise hold the one thread that answers everybody. */
import { setTimeout } from 'node:timers/promises';

/** Shorter ones are no hindrance. */
const SHORT_MS = 2;

/** Does a piece of such work; afterwards others have the thread for as long as it took. @throws what the piece throws */
export async function unhurried<Result>(piece: () => Result): Promise<Result> {
  const begun = performance.now();
  const result = piece();
  const tookMs = performance.now() - begun;
  if (tookMs > SHORT_MS) await setTimeout(tookMs);
  return result;
}
