/** Asks the broker itself what follows a position, past the consumer that does not get on. */
import type { Kafka } from 'kafkajs';
import type { FetchedRecord } from '../../runtime/kafkajs/aborted-records.js';
import { createCluster, READ_COMMITTED } from '../../runtime/kafkajs/groupless.js';
import type { Position } from '../ports.js';

const FETCH_BYTES_MAX = 2 * 1024 * 1024;
const FETCH_WAIT_MS = 250;

/**
 * Where the range ends that begins at the position and holds nothing to deliver: records that were compacted away or
 * aborted, and control records. Null when there is something to deliver, or the broker gives nothing to tell by.
 * @throws when the broker cannot be asked.
 */
export async function endOfEmptyRange(kafka: Kafka, { topic, partition, next }: Position): Promise<number | null> {
  const cluster = createCluster<FetchedRecord>(kafka);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) return null;
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = await broker.fetch({
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      isolationLevel: READ_COMMITTED,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: FETCH_BYTES_MAX }] }],
    });
    return endWithoutRecords(responses[0]?.partitions[0]?.messages ?? [], next);
  } finally {
    await cluster.disconnect();
  }
}

function endWithoutRecords(fetched: readonly FetchedRecord[], from: number): number | null {
  const following = fetched.filter(({ offset }) => Number(offset) >= from);
  const last = following[following.length - 1];
  if (last === undefined || following.some(({ isControlRecord }) => !isControlRecord)) return null;
  return Number(last.offset) + 1;
}
