import type { SourceRecord } from '../../projector/ports/events.js';
import { eventSourceSuite } from '../projector/kafka/event-source.suite.js';
import { MemorySource } from './source.js';

eventSourceSuite(async (keys) => {
  const records = keys.map((key, offset): SourceRecord => {
    const place = { aggregate: 'orders' as const, topic: 'orders', partition: 0, offset, timestamp: 0 };
    return { ...place, key: Buffer.from(key), value: Buffer.from(key), headers: {} };
  });
  return new MemorySource(records);
});
