import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectKafka } from '../../../projector/kafka/client.js';
import { KafkaSource } from '../../../projector/kafka/source.js';
import { prepareTopics } from '../../../projector/kafka/topics.js';
import type { PositionStore } from '../../../projector/ports.js';
import { createLog } from '../../../runtime/log.js';
import { MemoryPositionStore } from '../../memory/stores.js';
import { openNamespace, type RealServers } from '../../real-servers.js';
import { until } from '../../until.js';
import { eventSourceSuite, pollAll } from './event-source.suite.js';

const PARTITIONS = 4;
const log = createLog('test', 'silent');
let servers: RealServers;
let admin: Admin;
let producer: Producer;
let opened = 0;
const topics: string[] = [];

beforeAll(async () => {
  servers = await openNamespace('kafka-source');
  admin = servers.kafka.admin();
  producer = servers.kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
});

afterAll(async () => {
  await admin.deleteTopics({ topics });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await servers.remove();
});

/** A topic of its own with a record for each key, on any of four partitions. */
async function topicWith(keys: readonly string[]): Promise<string> {
  opened += 1;
  const topic = `${servers.namespace}.t${opened}`;
  topics.push(topic);
  await prepareTopics(admin, [topic], [], { create: true, partitions: PARTITIONS, replicas: 1 }, log);
  if (keys.length > 0) await producer.send({ topic, messages: keys.map((key) => ({ key, value: `value of ${key}` })) });
  return topic;
}

function sourceOf(
  topic: string,
  positions: PositionStore = new MemoryPositionStore(),
  queueRecordsMax = 1000,
): KafkaSource {
  const kafka = connectKafka(inject('KAFKA_BROKERS').split(','), 'test', log);
  const settings = { group: `${topic}.g1`, topics: new Map([[topic, 'orders' as const]]), queueRecordsMax };
  return new KafkaSource(kafka, admin, positions, { ...settings, sessionTimeoutMs: 6000, commitIntervalMs: 50 }, log);
}

eventSourceSuite(async (keys) => sourceOf(await topicWith(keys)));

describe('the Kafka source', () => {
  it('begins at the durable positions, whatever the group has committed', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);
    const topic = await topicWith(keys);
    const ends = await admin.fetchTopicOffsets(topic);
    const positions = new MemoryPositionStore();
    await positions.write(ends.map(({ partition, high }) => ({ topic, partition, next: Number(high) - 1 })));
    const source = sourceOf(topic, positions);
    const running = source.run();
    const records = await pollAll(source, PARTITIONS, 100);
    await until('to be done', async () => (await source.poll(100, 300)).length === 0);
    expect(records.map(({ partition, offset }) => [partition, offset]).sort()).toEqual(
      ends.map(({ partition, high }) => [partition, Number(high) - 1]).sort(),
    );
    await source.stop();
    await running;
  });

  it('lets the offsets of the group follow what it is told, and never for partitions of others', async () => {
    const topic = await topicWith(['a', 'b', 'c']);
    const source = sourceOf(topic);
    const running = source.run();
    const records = await pollAll(source, 3, 100);
    const [first] = records;
    if (first === undefined) throw new Error('There was no record.');
    const { partition, offset } = first;
    await source.commit([
      { topic, partition, next: offset + 1 },
      { topic: 'another', partition: 0, next: 7 },
    ]);
    await until('the offset of the group', async () => {
      const [committed] = await admin.fetchOffsets({ groupId: `${topic}.g1`, topics: [topic] });
      return committed?.partitions.some((one) => one.partition === partition && Number(one.offset) === offset + 1);
    });
    await source.stop();
    await running;
  });

  it('delivers everything to who is left, though it had paused when the group changed', async () => {
    const keys = Array.from({ length: 400 }, (_, i) => `key-${i}`);
    const topic = await topicWith(keys);
    const staying = sourceOf(topic, new MemoryPositionStore(), 10);
    const runs = [staying.run()];
    await until('the queue to be full', async () => (await staying.poll(1, 100)).length === 1);
    const leaving = sourceOf(topic);
    runs.push(leaving.run());
    await until('the other to have joined', async () => leaving.joined && (await leaving.poll(1, 100)).length === 1);
    await leaving.stop();
    const records = await pollAll(staying, keys.length, 50);
    expect(records).toHaveLength(keys.length);
    await staying.stop();
    await Promise.all(runs);
  });

  it('ends in order when it is stopped before it has joined', async () => {
    const source = sourceOf(await topicWith(['a']));
    const running = source.run();
    await source.stop();
    await running;
  });

  it('stops with a sentence when the topic is shorter than the durable position', async () => {
    const topic = await topicWith(['a']);
    const positions = new MemoryPositionStore();
    await positions.write(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, next: 50 })));
    const source = sourceOf(topic, positions);
    await expect(source.run()).rejects.toThrow(
      /the topic was created anew\. Start the projector once with --new-generation\./,
    );
    await source.stop();
  });
});
