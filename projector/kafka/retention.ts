import kafkajs, { type Admin } from 'kafkajs';

/** What decides how long a topic keeps its events; `null`: the broker does not tell. */
export interface TopicRetention {
  readonly topic: string;
  readonly cleanupPolicy: string | null;
  readonly retentionMs: string | null;
  readonly retentionBytes: string | null;
}

export async function retentionOf(admin: Admin, topics: readonly string[]): Promise<readonly TopicRetention[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['cleanup.policy', 'retention.ms', 'retention.bytes'],
    })),
  });
  return resources.map(({ resourceName: topic, configEntries }) => {
    const values = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    return {
      topic,
      cleanupPolicy: values.get('cleanup.policy') ?? null,
      retentionMs: values.get('retention.ms') ?? null,
      retentionBytes: values.get('retention.bytes') ?? null,
    };
  });
}
