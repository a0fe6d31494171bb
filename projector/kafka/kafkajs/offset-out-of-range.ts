/**
 * Where a partition no longer holds the offset that is asked for, kafkajs goes on from its beginning or its end: events
 * are skipped, and nobody hears of it. Here the consumer crashes instead, and its supervisor judges.
 */
import { createRequire } from 'node:module';

interface ConsumerGroup {
  recoverFromOffsetOutOfRange(error: Error): Promise<void>;
}

const load = createRequire(import.meta.url);
const NAME = 'KafkaJSOffsetOutOfRange';

export function keepOffsets(): void {
  const { prototype } = load('kafkajs/src/consumer/consumerGroup.js') as { prototype: ConsumerGroup };
  prototype.recoverFromOffsetOutOfRange = async (error) => {
    throw error;
  };
}

/** The partition that a crash tells to be out of range, if it does. */
export function outOfRange(crash: unknown): { readonly topic: string; readonly partition: number } | null {
  for (let error = crash; error instanceof Error; error = error.cause) {
    if (error.name !== NAME) continue;
    const { topic, partition } = error as Error & { topic: unknown; partition: unknown };
    if (typeof topic === 'string' && typeof partition === 'number') return { topic, partition };
  }
  return null;
}
