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
  return patienceFor(Number.POSITIVE_INFINITY, log);
}

const BRIEF_ATTEMPTS = 8;

/** For whom somebody waits: gives up after about ten seconds. @throws Unavailable then. */
export function briefPatience(log: Log): Patience {
  return patienceFor(BRIEF_ATTEMPTS, log);
}

function patienceFor(maxAttempts: number, log: Log): Patience {
  const policy: IPolicy = createPolicy(maxAttempts, log);
  return { until: (step) => policy.execute(step) };
}

function createPolicy(maxAttempts: number, log: Log): IPolicy {
  const policy = retry(handleType(Unavailable), {
    maxAttempts,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000, generator: halfJitterGenerator }),
  });
  policy.onRetry((reason) => {
    const message = 'error' in reason ? reason.error.message : 'no answer';
    log.warn({ delayMs: reason.delay, attempt: reason.attempt }, `a store is unavailable, trying again: ${message}`);
  });
  return policy;
}
