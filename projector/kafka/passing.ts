import kafkajs from 'kafkajs';
import { Unavailable } from '../ports/errors.js';

/** Whether it may be gone next time: kafkajs gives up for good what it has tried often enough, and so passes, too. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unavailable || error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded) return true;
  return error instanceof kafkajs.KafkaJSError && error.retriable;
}
