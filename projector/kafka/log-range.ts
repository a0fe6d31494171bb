import kafkajs, { type Admin } from 'kafkajs';
import type { LogRange } from '../ports/events.js';

const TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/**
 * The range of each partition of the topic. Brokers learn of a new topic and of new leaders some time after the
 * controller has decided on them, and refuse to answer until then: this waits for them.
 * @throws the refusal, when it has lasted for 30 s.
 */
export async function logRanges(admin: Admin, topic: string): Promise<readonly LogRange[]> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
    } catch (error) {
      const passing = error instanceof kafkajs.KafkaJSProtocolError && error.retriable;
      if (!passing || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

/** The end of every partition that holds anything, by `topic/partition`. */
export async function logEnds(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const ranges = await Promise.all(topics.map(async (topic) => [topic, await logRanges(admin, topic)] as const));
  return new Map(
    ranges.flatMap(([topic, own]) =>
      own.filter(({ low, high }) => high > low).map(({ partition, high }) => [`${topic}/${partition}`, high] as const),
    ),
  );
}
