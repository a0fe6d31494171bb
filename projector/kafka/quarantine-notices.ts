import type { Producer } from 'kafkajs';
import type { QuarantinedRecord } from '../ports.js';

/** Reason and position of each quarantined record as JSON, keyed by its position; never its content. */
export function quarantineNotices(producer: Producer, topic: string) {
  return async (records: readonly QuarantinedRecord[]): Promise<void> => {
    await producer.send({
      topic,
      acks: -1,
      messages: records.map(({ record, reason }) => {
        const { topic: source, partition, offset } = record;
        return {
          key: `${source}/${partition}/${offset}`,
          value: JSON.stringify({ topic: source, partition, offset, reason }),
        };
      }),
    });
  };
}
