/**
 * Work that is told by a signal when its time is up, or when whoever wanted it is gone. `AbortSignal.timeout` and
 * `AbortSignal.any` are not used anywhere: on Node.js 20 the one that `any` returns holds its sources weakly, so that
 * what only waits for it is never told once the collector has run. Here the timer and the outer signal hold the
 * controller, and both let go of it when the work is over.
 */

export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp';
}

/**
 * What the work comes to, for which nobody else waits: a work that does not listen to its signal is not left behind.
 * The signal's reason is `TimeIsUp`, or that of `outer`, which may live for ever: nothing of this stays with it.
 */
export async function limitedInTime<Result>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  const ending = new AbortController();
  const end = () => ending.abort(outer?.reason);
  const timer = setTimeout(() => ending.abort(new TimeIsUp(`The time of ${limitMs} ms is up.`)), limitMs);
  if (outer?.aborted === true) end();
  else outer?.addEventListener('abort', end, { once: true });
  try {
    return await work(ending.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', end);
  }
}
