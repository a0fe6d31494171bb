import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import kafkajs from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { Unavailable } from '../ports.js';

/**
 * What a new assignment needs before it can begin, asked for until it is there: with MongoDB or the broker away the
 * member keeps its place in the group and waits, 100 ms at first and 10 s at most, with jitter.
 * @throws whatever `read` throws that does not pass by itself, and an error when `signal` ends the waiting.
 */
export async function atLast<Result>(read: () => Promise<Result>, signal: AbortSignal, log: Log): Promise<Result> {
  const policy = retry(handleWhen(passes), {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000 }),
  });
  policy.onRetry((reason) => {
    const message = 'error' in reason ? reason.error.message : 'no answer';
    log.warn({ delayMs: reason.delay }, `where to begin reading is not known yet, trying again: ${message}`);
  });
  return policy.execute(read, signal);
}

function passes(error: Error): boolean {
  return error instanceof Unavailable || error instanceof kafkajs.KafkaJSError;
}
