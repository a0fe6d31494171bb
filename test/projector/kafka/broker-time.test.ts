/** What the projector writes to Kafka is taken whatever the clock of its machine says. */
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KafkaChangeFeed } from '../../../projector/kafka/change-feed.js';
import { brokerAheadMs, probeTopic } from '../../../projector/kafka/clock-probe.js';
import { quarantineNotices } from '../../../projector/kafka/quarantine-notices.js';
import { prepareTopics } from '../../../projector/kafka/topics.js';
import { type Ground, openGround, silent } from './ground.js';

const HOUR_MS = 3_600_000;
const SETTINGS = { partitions: 1, replicas: 1, retentionMs: 600_000 };
const truth = Date.now;
let ground: Ground;

beforeAll(async () => {
  ground = await openGround('kafka-broker-time');
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(() => ground.remove());

function moveClock(byMs: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => truth() + byMs);
}

async function configOf(topic: string): Promise<ReadonlyMap<string, string>> {
  const { resources } = await ground.admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

/** The offset of what was appended from this time on; the end of the topic when there is nothing. */
async function offsetAt(topic: string, time: number): Promise<string | undefined> {
  const [found] = await ground.admin.fetchTopicOffsetsByTimestamp(topic, time);
  return found?.offset;
}

const change = { view: 'orders', id: 'o-1', ticket: 1, keys: {} } as const;

function quarantined(topic: string) {
  const record = { aggregate: 'orders', topic, partition: 0, offset: 1, timestamp: 0, key: null, value: null } as const;
  return { record: { ...record, headers: {} }, reason: 'not-json' } as never;
}

describe.each([
  ['two hours ahead', 2 * HOUR_MS],
  ['a day behind', -24 * HOUR_MS],
])('with the clock of the machine %s', (_, off) => {
  it('announcements and notices are taken, and carry the time of the broker', async () => {
    const topic = `${ground.namespace}.g${off}.changes`;
    const notices = await ground.newTopic(1);
    const begun = truth();
    moveClock(off);
    const feed = new KafkaChangeFeed(ground.producer, topic);
    await feed.prepare(ground.admin, SETTINGS, silent);
    await feed.announce([change]);
    expect((await configOf(topic)).get('message.timestamp.type')).toBe('LogAppendTime');
    expect(await offsetAt(topic, begun)).toBe('0');
    expect(await offsetAt(topic, truth() + 60_000)).not.toBe('0');
    await quarantineNotices(ground.producer, notices)([quarantined(notices)]);
    await ground.admin.deleteTopics({ topics: [topic] });
  });

  it('the broker tells how far it is off', async () => {
    moveClock(off);
    const ahead = await brokerAheadMs(ground.admin, ground.producer, ground.namespace, Date.now);
    expect(Math.abs((ahead ?? 0) + off)).toBeLessThan(5_000);
  });
});

it('asking the broker for its time leaves no topic behind, nor one that a former question left', async () => {
  const { admin, producer, namespace } = ground;
  const own = async () => (await admin.listTopics()).filter((topic) => topic.startsWith(`${namespace}.doctor`));
  await admin.createTopics({ topics: [{ topic: probeTopic(namespace), numPartitions: 1 }], waitForLeaders: false });
  for (let question = 1; question <= 3; question += 1) {
    expect(Math.abs((await brokerAheadMs(admin, producer, namespace, Date.now)) ?? Number.NaN)).toBeLessThan(5_000);
    await expect.poll(own).toEqual([]);
  }
});

it('questions that are given up leave one topic and no more', async () => {
  const { admin, producer, namespace } = ground;
  // As the end of the process does it: nothing is removed any more.
  const ending = { ...admin, deleteTopics: () => Promise.reject(new Error('ended')) };
  const own = async () => (await admin.listTopics()).filter((topic) => topic.startsWith(`${namespace}.doctor`));
  for (let question = 1; question <= 2; question += 1) {
    await expect(brokerAheadMs(ending, producer, namespace, Date.now)).rejects.toThrow('ended');
  }
  expect(await own()).toHaveLength(1);
  await brokerAheadMs(admin, producer, namespace, Date.now);
  await expect.poll(own).toEqual([]);
});

describe('a topic that was made otherwise', () => {
  it('refuses records from the future, and takes announcements all the same', async () => {
    const topic = await ground.newTopic(1, { 'message.timestamp.type': 'CreateTime' });
    moveClock(2 * HOUR_MS);
    await expect(ground.producer.send({ topic, messages: [{ key: 'k', value: 'v' }] })).rejects.toThrow(/timestamp/i);
    await new KafkaChangeFeed(ground.producer, topic).announce([change]);
  });

  it('is changed at the start, and keeps what else was set for it', async () => {
    const topic = await ground.newTopic(1, { 'retention.ms': '123456', 'segment.ms': '65432' });
    await prepareTopics(
      ground.admin,
      [await ground.newTopic(1)],
      [topic],
      { create: true, partitions: 1, replicas: 1 },
      silent,
    );
    const config = await configOf(topic);
    expect(config.get('message.timestamp.type')).toBe('LogAppendTime');
    expect([config.get('retention.ms'), config.get('segment.ms')]).toEqual(['123456', '65432']);
  });
});
