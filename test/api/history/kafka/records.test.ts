/** Records of the real broker, by place and by key. */
import { gzipSync } from 'node:zlib';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KafkaRecords } from '../../../../api/history/kafka/records.js';
import { LogUnavailable } from '../../../../api/ports/errors.js';
import { DEFAULT_BATCH_LIMITS, limitBatches } from '../../../../runtime/kafkajs/batch-limits.js';
import { recordsBytes, sentAs } from '../../../attack/record-batches.js';
import { until } from '../../../until.js';
import { recordSourceSuite } from '../record-source.suite.js';

const brokers = inject('KAFKA_BROKERS').split(',');
const prefix = `api-records-${process.pid}-${Date.now()}`;
const log = pino({ level: 'silent' });
const kafka = new Kafka({ brokers, clientId: `${prefix}-test`, logLevel: logLevel.NOTHING });
const admin = kafka.admin();
const producer = kafka.producer();
const source = new KafkaRecords({ brokers, clientId: prefix, requestTimeoutMs: 5_000 }, log);
const topics: string[] = [];
const OUTCOMES = [() => true, () => false] as const;

async function newTopic(): Promise<string> {
  const topic = `${prefix}-${topics.length}`;
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  topics.push(topic);
  return topic;
}

beforeAll(async () => {
  await Promise.all([admin.connect(), producer.connect()]);
});
afterAll(async () => {
  await source.close();
  await admin.deleteTopics({ topics });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
});

recordSourceSuite('Kafka', async (records) => {
  const topic = await newTopic();
  for (const { key, value } of records) await producer.send({ topic, messages: [{ key, value }] });
  return { source, topic };
});

describe('a search in Kafka', () => {
  const limits = () => ({
    ...{ deadline: performance.now() + 10_000, bytesMax: 1_000_000 },
    signal: new AbortController().signal,
  });

  it('finds nothing of an aborted transaction, and comes past it', async () => {
    const topic = await newTopic();
    const transactional = kafka.producer({ transactionalId: `${topic}-t`, idempotent: true, maxInFlightRequests: 1 });
    await transactional.connect();
    const aborted = await transactional.transaction();
    await aborted.send({ topic, messages: [{ key: 'k', value: 'aborted' }] });
    await aborted.abort();
    await transactional.disconnect();
    const [sent] = await producer.send({ topic, messages: [{ key: 'k', value: 'kept' }] });
    const to = Number(sent?.baseOffset) + 1;
    // The stable part of the log ends before an abortion for a moment longer than the abortion takes.
    const found = await until('the end', async () => {
      const piece = await source.withKey('k', { topic, partition: 0, from: 0, to }, limits());
      return piece.next === to && piece;
    });
    expect(found.records.map(({ value }) => String(value))).toEqual(['kept']);
  });

  it('keeps nothing of what was fetched beside what it found', async () => {
    const topic = await newTopic();
    const others = Array.from({ length: 100 }, () => ({ key: 'other', value: 'x'.repeat(1_000) }));
    const own = { key: 'k', value: 'own', headers: { ce_type: ['a', 'b'], ce_id: 'e-1' } };
    await producer.send({ topic, messages: [...others, own] });
    const { records } = await source.withKey('k', { topic, partition: 0, from: 0, to: 101 }, limits());
    const [{ value, key, headers } = {}] = records;
    expect([String(value), String(key), String(headers?.ce_id), String(headers?.ce_type)]).toEqual([
      ...['own', 'k', 'e-1', 'a,b'],
    ]);
    for (const part of [value, key]) expect(part?.buffer.byteLength).toBeLessThan(50_000);
  });

  it('gives headers without a value as they are, alone and among others', async () => {
    const topic = await newTopic();
    const headers = [
      ['none', null],
      ['several', null],
      ['several', 'a'],
    ] as const;
    // kafkajs cannot send them.
    const bytes = gzipSync(recordsBytes([{ key: 'k', value: 'v', headers }]));
    const batch = { topic, compression: CompressionTypes.GZIP, messages: [{ value: '' }] };
    await sentAs(bytes, () => producer.send(batch));
    const { records } = await source.withKey('k', { topic, partition: 0, from: 0, to: 1 }, limits());
    expect(records[0]?.headers).toEqual({ none: null, several: [null, Buffer.from('a')] });
  });

  it('says whether it came past a batch that was not read', async () => {
    const topic = await newTopic();
    await producer.send({ topic, messages: [{ key: 'k', value: 'small' }] });
    await producer.send({ topic, messages: [{ key: 'other', value: 'x'.repeat(2_000) }] });
    const stretch = { topic, partition: 0, from: 0, to: 2 };
    expect((await source.withKey('k', stretch, limits())).isAllRead).toBe(true);
    limitBatches({ ...DEFAULT_BATCH_LIMITS, bytesMax: 1_000 });
    try {
      expect((await source.withKey('k', stretch, limits())).isAllRead).toBe(false);
      expect((await source.withKey('k', { ...stretch, to: 1 }, limits())).isAllRead).toBe(true);
    } finally {
      limitBatches(DEFAULT_BATCH_LIMITS);
    }
  });

  it('says where the log begins, when its beginning was deleted', async () => {
    const topic = await newTopic();
    await producer.send({ topic, messages: Array.from({ length: 6 }, (_, i) => ({ key: 'k', value: `${i}` })) });
    const deletion = { topic, partitions: [{ partition: 0, offset: '4' }] };
    // The broker learns of a new topic's leader a moment after the controller has decided on it.
    await until('the broker to delete', () => admin.deleteTopicRecords(deletion).then(...OUTCOMES));
    const found = await source.withKey('k', { topic, partition: 0, from: 0, to: 6 }, limits());
    expect([found.begins, found.next]).toEqual([4, 6]);
    expect(found.records.map(({ offset }) => offset)).toEqual([4, 5]);
  });

  it('is at the end where the log has become shorter', async () => {
    const topic = await newTopic();
    await producer.send({ topic, messages: [{ key: 'k', value: 'anew' }] });
    const found = await source.withKey('k', { topic, partition: 0, from: 50, to: 60 }, limits());
    expect([found.records, found.next]).toEqual([[], 60]);
  });

  it('is refused while no broker answers', async () => {
    const away = new KafkaRecords({ brokers: ['127.0.0.1:1'], clientId: prefix, requestTimeoutMs: 500 }, log);
    const searching = away.withKey('k', { topic: 'records', partition: 0, from: 0, to: 1 }, limits());
    await expect(searching).rejects.toThrow(LogUnavailable);
    await away.close();
  });
});
