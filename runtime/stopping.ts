/**
 * Waits for the work, or until it is to be stopped: that ends the waiting at once, also where the work itself cannot be
 * interrupted. What it comes to then is left to itself, a failure too.
 */
export async function untilStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | 'stopped'> {
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const done = work.catch((error: unknown) => {
    if (signal.aborted) return 'stopped' as const;
    throw error;
  });
  return Promise.race([stopped, done]);
}
