import kafkajs, { type Admin } from 'kafkajs';
import type { TopicRetention } from '../ports/examination.js';

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
