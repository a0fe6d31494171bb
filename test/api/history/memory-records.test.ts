import { MemoryRecords } from './memory-records.js';
import { recordSourceSuite } from './record-source.suite.js';

recordSourceSuite('memory', async (records) => ({
  source: new MemoryRecords(
    records.map(({ key, value }, offset) => ({
      ...{ topic: 'records', partition: 0, offset, headers: {}, value: Buffer.from(value) },
      key: key === null ? null : Buffer.from(key),
    })),
  ),
  topic: 'records',
}));
