/**
 * Waits for the work, or until it is to be stopped: that ends the waiting at once, also where the work itself cannot be
 * interrupted. What it comes to then is left to itself, a failure too. The signal may live for ever: nothing stays with it.
 */
export async function untilStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | 'stopped'> {
  let stop: () => void = () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const done = work.catch((error: unknown) => {
    if (signal.aborted) return 'stopped' as const;
    throw error;
  });
  try {
    return await Promise.race([stopped, done]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
