import kafkajs from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { messageOf, retrying } from '../../runtime/retrying.js';
import { Unavailable } from '../ports/errors.js';

/**
 * What a new assignment needs before it can begin, asked for until it is there: with MongoDB or the broker away the
 * member keeps its place in the group and waits, 100 ms at first and 10 s at most, with jitter.
 * @throws whatever `read` throws that does not pass by itself, and an error when `signal` ends the waiting.
 */
export function atLast<Result>(read: () => Promise<Result>, signal: AbortSignal, log: Log): Promise<Result> {
  return retrying(read, {
    isPassing: (error) => error instanceof Unavailable || error instanceof kafkajs.KafkaJSError,
    onFailure: (error, { delayMs }) =>
      log.warn({ delayMs }, `where to begin reading is not known yet, trying again: ${messageOf(error)}`),
    firstDelayMs: 100,
    delayMaxMs: 10_000,
    signal,
  });
}
