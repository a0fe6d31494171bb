/** A compacted topic, against the contract, with a batch that came out empty: the broker needs up to 15 s to make one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsumerAlarm } from '../../../../projector/kafka/alarms.js';
import { endOfEmptyRange } from '../../../../projector/kafka/empty-range.js';
import { until } from '../../../until.js';
import { pollAll } from '../event-source.suite.js';
import { type Ground, openGround } from '../ground.js';

const SEGMENT_BYTES = 1024 * 1024;

let ground: Ground;

beforeAll(async () => {
  ground = await openGround('kafka-compaction');
});

afterAll(() => ground.remove());

describe('a compacted topic', () => {
  it('is read past a batch of which nothing is left, though the broker gives nothing else', async () => {
    const topic = await ground.newTopic(1, {
      'cleanup.policy': 'compact',
      'segment.bytes': String(SEGMENT_BYTES),
      'min.cleanable.dirty.ratio': '0.0001',
      'max.compaction.lag.ms': '1',
    });
    // The last batch of a producer that numbers its batches is kept, emptied; a fetch never spans two segments.
    const numbered = await ground.newProducer({ idempotent: true, maxInFlightRequests: 1 });
    const value = Buffer.alloc(SEGMENT_BYTES * 0.7, 'x');
    await numbered.send({ topic, acks: -1, messages: [{ key: 'a', value }] });
    for (const key of ['a', 'b']) await ground.producer.send({ topic, messages: [{ key, value }] });
    const first = { topic, partition: 0, next: 0 };
    await until('compaction', async () => (await endOfEmptyRange(ground.kafka, first)) === 1, 50_000);
    const alarms: ConsumerAlarm[] = [];
    const source = ground.sourceOf(topic, { alarms });
    const running = source.run();
    const records = await pollAll(source, 2, 10);
    expect(records.map(({ offset, key }) => [offset, String(key)])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(alarms).toEqual([]);
    await source.stop();
    await running;
  });
});
