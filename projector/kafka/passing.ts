import kafkajs from 'kafkajs';
import { messageOf } from '../../runtime/retrying.js';
import { Unavailable } from '../ports.js';

/** Whether it may be gone next time: kafkajs does not say so of all that a broker in trouble answers. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unavailable || error instanceof kafkajs.KafkaJSError;
}

/** Runs one operation; what passes by itself becomes `Unavailable`. */
export async function withKafka<Result>(attempted: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Unavailable || !isPassing(error)) throw error;
    throw new Unavailable(`Kafka could not ${attempted}: ${messageOf(error)}`, { cause: error });
  }
}
