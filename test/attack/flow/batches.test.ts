/** Batches that are small in Kafka and large in memory, between ordinary events: those are projected, and these are told. */
import { gzipSync } from 'node:zlib';
import kafkajs, { type Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerCodecs } from '../../../runtime/kafkajs/codecs.js';
import { QUARANTINE_COLLECTION } from '../../../runtime/storage/names.js';
import type { Answers } from '../../flow/answers.js';
import { expectConvergence } from '../../flow/convergence.js';
import { registered } from '../../flow/shop.js';
import { type Projector, systemFor } from '../../flow/system.js';
import { until } from '../../until.js';
import { recordsBytes, sentAs } from '../record-batches.js';

const MIB = 1024 * 1024;
/** More than KAFKA_BATCH_BYTES_MAX, and more than an event may have. */
const LIMIT = { KAFKA_BATCH_BYTES_MAX: String(16 * MIB) };
const BOMB_BYTES = 20 * MIB;
const LARGE_BYTES = 9 * MIB;

const system = systemFor('attack-batches');
let projector: Projector;
let answers: Answers;
let producer: Producer;
let quarantined = 0;

beforeAll(async () => {
  projector = await system().startProjector(LIMIT);
  answers = await system().startApi(LIMIT);
  await registerCodecs();
  producer = system().servers.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
});

afterAll(() => producer.disconnect());

/** All in one batch of every partition in turn. @returns their last offsets by partition. */
async function publishEverywhere(messages: readonly { key: string; value: Buffer }[]): Promise<Map<number, number>> {
  const { kafka, topics } = system().servers;
  const admin = kafka.admin();
  await admin.connect();
  const partitions = (await admin.fetchTopicOffsets(topics.customers)).map(({ partition }) => partition);
  await admin.disconnect();
  const last = new Map<number, number>();
  for (const partition of partitions) {
    const [sent] = await producer.send({
      topic: topics.customers,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: messages.map((message) => ({ ...message, partition })),
    });
    last.set(partition, Number(sent?.baseOffset) + messages.length - 1);
  }
  return last;
}

describe('batches that inflate beyond the limit', () => {
  it('are quarantined as a whole, with their range and cure, and all around them is projected', async () => {
    const { publisher, servers } = system();
    const shop = (from: number) => Array.from({ length: 30 }, (_, i) => registered(`c-${from + i}`, 'Ann'));
    await publisher.publish(shop(0));
    const bombs = await publishEverywhere([
      { key: 'c-bomb', value: Buffer.alloc(BOMB_BYTES, ' ') },
      { key: 'c-beside', value: Buffer.from('{}') },
    ]);
    await publisher.publish(shop(30));
    const large = await publishEverywhere([{ key: 'c-large', value: Buffer.alloc(LARGE_BYTES, ' ') }]);
    await publisher.publish(shop(60));
    await expectConvergence(answers, publisher.events);

    const total = bombs.size + large.size;
    await until('all to be quarantined', async () => (await projector.events('quarantined')) === total);
    const kept = await servers.db.collection(QUARANTINE_COLLECTION).find().toArray();
    const found = new Map(kept.map((entry) => [`${entry.partition}/${entry.offset}`, entry]));
    expect(found.size).toBe(total);
    quarantined = total;
    for (const [partition, offset] of bombs) {
      const entry = found.get(`${partition}/${offset}`);
      expect(entry).toMatchObject({ reason: 'batch-too-large', key: null, value: null, isContentKept: false });
      expect(entry?.detail).toContain(`2 record(s) with the offsets ${offset - 1} to ${offset}`);
    }
    for (const [partition, offset] of large) {
      const entry = found.get(`${partition}/${offset}`);
      expect(entry).toMatchObject({ reason: 'record-too-large', value: null, isContentKept: false });
      expect(entry?.key.toString()).toBe('c-large');
      expect(entry?.detail).toMatch(/9437184 bytes; at most 8388608 are read\. Its SHA-256 is [0-9a-f]{64}\.$/);
    }
  });

  it('or that cannot be inflated, or that have a million headers, are told likewise; headers may have no value', async () => {
    const { publisher, servers } = system();
    const send = (bytes: Buffer, values: readonly string[]) =>
      sentAs(bytes, () =>
        producer.send({
          topic: servers.topics.customers,
          compression: kafkajs.CompressionTypes.GZIP,
          messages: values.map((value) => ({ value, partition: 0 })),
        }),
      );
    const rubbish = Buffer.concat([gzipSync(recordsBytes([{ key: 'c-bad', value: 'x' }])), Buffer.from('rubbish')]);
    const headers = Array.from({ length: 1_000 }, () => ['', ''] as const);
    const many = Array.from({ length: 1_000 }, () => ({ key: 'c-bad', value: 'x', headers }));
    const empty = [{ key: 'c-bad', value: 'x', headers: [['none', null] as const] }];
    await publisher.publish([registered('c-before', 'Ann')]);
    await send(rubbish, ['x']);
    await send(gzipSync(recordsBytes(many)), Array(1_000).fill('x'));
    await send(gzipSync(recordsBytes(empty)), ['x']);
    await publisher.publish(Array.from({ length: 30 }, (_, i) => registered(`c-behind-${i}`, 'Ann')));
    await expectConvergence(answers, publisher.events);
    quarantined += 3;
    await until('all to be quarantined', async () => (await projector.events('quarantined')) === quarantined);
    const kept = await servers.db
      .collection(QUARANTINE_COLLECTION)
      .find({ partition: 0 })
      .sort({ offset: -1 })
      .toArray();
    expect(kept.slice(0, 3).map(({ reason, headers: given }) => [reason, given])).toEqual([
      ['not-json', [{ name: 'none', value: null }]],
      ['batch-too-large', []],
      ['batch-unreadable', []],
    ]);
  });

  it('are passed again by a new generation, which keeps them once', async () => {
    const { publisher, servers } = system();
    expect(await system().operateJson('rebuild', 'start', '--wait')).toMatchObject({ phase: 'complete' });
    await system().operateJson('rebuild', 'switch', '2');
    await publisher.publish([registered('c-after', 'Ann')]);
    await expectConvergence(answers, publisher.events);
    expect(await servers.db.collection(QUARANTINE_COLLECTION).countDocuments()).toBe(quarantined);
  });
});
