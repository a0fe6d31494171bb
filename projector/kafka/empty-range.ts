/** Asks the broker itself what follows a position, past the consumer that does not get on. */
import type { Kafka } from 'kafkajs';
import { TopicReader } from '../../runtime/kafkajs/topic-reader.js';
import type { Position } from '../ports/events.js';

const LIMITS = { waitMs: 250, bytesMax: 2 * 1024 * 1024 };

/**
 * Where the range ends that begins at the position and holds nothing to deliver: records that were compacted away or
 * aborted, and control records. Null when there is something to deliver, or the broker gives nothing to tell by.
 * @throws when the broker cannot be asked.
 */
export async function endOfEmptyRange(kafka: Kafka, { topic, partition, next }: Position): Promise<number | null> {
  const reader = new TopicReader(kafka);
  try {
    const piece = await reader.read(topic, new Map([[partition, next]]), LIMITS);
    return piece.records.length > 0 ? null : (piece.next.get(partition) ?? null);
  } finally {
    await reader.close();
  }
}
