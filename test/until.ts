const LOOK_AGAIN_MS = 25;

/**
 * The first result of `probe` that is neither `undefined` nor `false`; a probe that throws is tried again like one that
 * says no.
 * @throws what the probe threw last, or an error that names what was waited for, when the time is up.
 */
export async function until<Result>(
  what: string,
  probe: () => Promise<Result | undefined | false>,
  timeoutMs = 30_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(probe);
    if (outcome.kind === 'result') return outcome.result;
    if (performance.now() > deadline) {
      if (outcome.kind === 'error') throw outcome.error;
      throw new Error(`Waited ${timeoutMs / 1000} s in vain for: ${what}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

type Outcome<Result> =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'not yet' }
  | { readonly kind: 'error'; readonly error: unknown };

async function attempt<Result>(probe: () => Promise<Result | undefined | false>): Promise<Outcome<Result>> {
  try {
    const result = await probe();
    return result === undefined || result === false ? { kind: 'not yet' } : { kind: 'result', result };
  } catch (error) {
    return { kind: 'error', error };
  }
}
