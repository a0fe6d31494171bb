import type { Admin } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
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
      .map((topic) => ({ topic, numPartitions: 1, replicationFactor: replicas })),
  ];
  if (topics.length > 0) {
    // kafkajs would wait for leaders by itself, and fails when the broker has not heard of a topic yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  }
  // Those that another process has just created are waited for as well.
  for (const topic of [...sources, ...own]) await logRanges(admin, topic);
  await warnOfLoss(admin, sources, log);
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
