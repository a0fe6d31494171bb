import type { Producer } from 'kafkajs';
import { messageOf } from '../../runtime/retrying.js';
import { Unavailable } from '../ports/errors.js';
import type { QuarantinedRecord } from '../ports/quarantine.js';
import { NO_TIMESTAMP } from './broker-time.js';

/** Reason and position of each quarantined record as JSON, keyed by its position; never its content. */
export function quarantineNotices(producer: Producer, topic: string) {
  return async (records: readonly QuarantinedRecord[]): Promise<void> => {
    const sent = producer.send({
      topic,
      acks: -1,
      messages: records.map(({ record, reason }) => {
        const { topic: source, partition, offset } = record;
        return {
          key: `${source}/${partition}/${offset}`,
          value: JSON.stringify({ topic: source, partition, offset, reason }),
          timestamp: NO_TIMESTAMP,
        };
      }),
    });
    await sent.catch((error: unknown) => {
      throw new Unavailable(`Kafka did not take the notices of quarantined records: ${messageOf(error)}`, {
        cause: error,
      });
    });
  };
}
