import { Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KafkaLogEnds } from '../../../../api/freshness/kafka/log-ends.js';

const brokers = inject('KAFKA_BROKERS').split(',');
const prefix = `api-ends-${process.pid}-${Date.now()}`;
const topics = [`${prefix}-a`, `${prefix}-b`];
const log = pino({ level: 'silent' });
const settings = { brokers, topics, clientId: prefix, requestTimeoutMs: 5_000 };

describe('the ends of topics in Kafka', () => {
  const kafka = new Kafka({ brokers, clientId: `${prefix}-test`, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions: 2 })) });
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });

  it('are told for every partition, and by time', async () => {
    const ends = new KafkaLogEnds(settings, log);
    const [topic = ''] = topics;
    const times = [1_000, 2_000, 3_000].map((time) => Date.parse('2026-11-01T00:00:00Z') + time);
    for (const time of times) {
      await producer.send({ topic, messages: [{ partition: 1, value: 'x', timestamp: String(time) }] });
    }
    const told = await ends.ends();
    expect(Object.fromEntries(told.map(({ partition, end }) => [partition.slice(prefix.length + 1), end]))).toEqual({
      'a/0': 0,
      'a/1': 3,
      'b/0': 0,
      'b/1': 0,
    });
    const middle = await ends.offsetsAt((times[0] ?? 0) + 1);
    expect(middle.get(`${topic}/1`)).toBe(1);
    const beyond = await ends.offsetsAt((times[2] ?? 0) + 1);
    expect(beyond.get(`${topic}/1`)).toBe(3);
    await ends.close();
  });

  it('cannot be told while no broker answers', async () => {
    const ends = new KafkaLogEnds({ ...settings, brokers: ['127.0.0.1:1'], requestTimeoutMs: 500 }, log);
    await expect(ends.ends()).rejects.toThrow();
    await ends.close();
  });
});
