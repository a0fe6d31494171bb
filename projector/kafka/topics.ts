import kafkajs, { type Admin } from 'kafkajs';
import type { Log } from '../../runtime/log.js';

export interface TopicSettings {
  readonly create: boolean;
  readonly partitions: number;
  readonly replicas: number;
}

const APPEARANCE_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 100;

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
    // kafkajs would wait for leaders itself, and fails when the broker has not heard of the topic yet.
    await admin.createTopics({ topics, waitForLeaders: false });
    await untilThere(
      admin,
      topics.map(({ topic }) => topic),
    );
  }
  await warnOfLoss(admin, sources, log);
}

/** A broker learns of a new topic some time after the controller has made it. */
async function untilThere(admin: Admin, topics: readonly string[]): Promise<void> {
  const deadline = Date.now() + APPEARANCE_TIMEOUT_MS;
  for (;;) {
    const existing = new Set(await admin.listTopics());
    const absent = topics.filter((topic) => !existing.has(topic));
    if (absent.length === 0) return;
    if (Date.now() > deadline) {
      throw new Error(`Kafka accepted the creation of ${absent.join(', ')} and does not list it: look at its brokers.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function warnOfLoss(admin: Admin, topics: readonly string[], log: Log): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['cleanup.policy', 'retention.ms', 'retention.bytes'],
    })),
  });
  for (const { resourceName: topic, configEntries } of resources) {
    const values = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    if (values.get('cleanup.policy')?.includes('compact')) {
      log.warn(
        { topic },
        'THE TOPIC IS COMPACTED: it drops all but the last event of an aggregate, and rebuilds will be wrong',
      );
    }
    if (values.get('retention.ms') !== '-1' || values.get('retention.bytes') !== '-1') {
      log.warn(
        { topic, retentionMs: values.get('retention.ms') },
        'the topic forgets old events: a rebuild will lack them',
      );
    }
  }
}
