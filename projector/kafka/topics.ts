import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { messageOf } from '../../runtime/retrying.js';
import { Unavailable } from '../ports/errors.js';
import { BROKER_TIME, keepBrokerTime } from './broker-time.js';
import { logRanges } from './log-range.js';
import { retentionOf } from './retention.js';

export interface TopicSettings {
  readonly create: boolean;
  readonly partitions: number;
  readonly replicas: number;
}

const KEEP_EVERYTHING = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
];

/** Creates the topics that are absent, and warns of those that will not keep the whole history. */
export async function prepareTopics(
  admin: Admin,
  sources: readonly string[],
  own: readonly string[],
  { create, partitions, replicas }: TopicSettings,
  log: Log,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const absent = sources.filter((topic) => !existing.has(topic));
  if (absent.length > 0 && !create) {
    throw new Error(`There is no topic ${absent.join(', ')}: create it, or set CREATE_TOPICS=on.`);
  }
  const topics = [
    ...absent.map((topic) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: KEEP_EVERYTHING,
    })),
    ...own
      .filter((topic) => !existing.has(topic))
      .map((topic) => ({ topic, numPartitions: 1, replicationFactor: replicas, configEntries: [BROKER_TIME] })),
  ];
  if (topics.length > 0) await createTopics(admin, topics);
  // Those that another process has just created are waited for as well.
  for (const topic of [...sources, ...own]) await logRanges(admin, topic);
  if (own.length > 0) await keepBrokerTime(admin, own, log);
  await warnOfLoss(admin, sources, log);
}

/** @throws Unavailable while there are fewer brokers than replicas: others may be starting. */
async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  try {
    // kafkajs would wait for leaders by itself, and fails when the broker has not heard of a topic yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSAggregateError)) throw error;
    const refusals = error.errors.map((one) => messageOf(one));
    const sentence = `Kafka did not create ${topics.map(({ topic }) => topic).join(', ')}: ${[...new Set(refusals)].join(' ')}`;
    if (
      error.errors.some(
        (one) => one instanceof kafkajs.KafkaJSProtocolError && one.type === 'INVALID_REPLICATION_FACTOR',
      )
    ) {
      throw new Unavailable(`${sentence} TOPIC_REPLICAS says how many brokers it takes.`, { cause: error });
    }
    throw new Error(sentence, { cause: error });
  }
}

async function warnOfLoss(admin: Admin, topics: readonly string[], log: Log): Promise<void> {
  for (const { topic, cleanupPolicy, retentionMs, retentionBytes } of await retentionOf(admin, topics)) {
    if (cleanupPolicy?.includes('compact')) {
      log.warn(
        { topic },
        'THE TOPIC IS COMPACTED: it drops all but the last event of an aggregate, and rebuilds will be wrong',
      );
    }
    if (retentionMs !== '-1' || retentionBytes !== '-1') {
      log.warn({ topic, retentionMs }, 'the topic forgets old events: a rebuild will lack them');
    }
  }
}
