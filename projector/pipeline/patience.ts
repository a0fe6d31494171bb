import { ExponentialBackoff, halfJitterGenerator, handleType, type IPolicy, retry } from 'cockatiel';
import type { Log } from '../../runtime/log.js';
import { Unavailable } from '../ports.js';

/** Repeats a step for as long as a store is away. Every step of the pipeline may be repeated as a whole. */
export interface Patience {
  /** @throws whatever the step throws that is not `Unavailable`. */
  until<Result>(step: () => Promise<Result>): Promise<Result>;
}

/** Waits 100 ms at first and 10 s at most between attempts, with jitter. */
export function endlessPatience(log: Log): Patience {
  const policy: IPolicy = createPolicy(log);
  return { until: (step) => policy.execute(step) };
}

function createPolicy(log: Log): IPolicy {
  const policy = retry(handleType(Unavailable), {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000, generator: halfJitterGenerator }),
  });
  policy.onRetry((reason) => {
    const message = 'error' in reason ? reason.error.message : 'no answer';
    log.warn({ delayMs: reason.delay, attempt: reason.attempt }, `a store is unavailable, trying again: ${message}`);
  });
  return policy;
}
