/**
 * What the projector itself writes to Kafka carries the broker's time, or none: a broker refuses records that come from
 * more than an hour ahead (message.timestamp.after.max.ms), and forgets early what comes from the past.
 */
import kafkajs, { type Admin } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { messageOf } from '../../runtime/retrying.js';
import { isPassing } from './passing.js';

/** Of a message: kafkajs would put this machine's time in its place. Where the topic says so, the broker puts its own. */
export const NO_TIMESTAMP = '-1';

/** Of a topic. */
export const BROKER_TIME = { name: 'message.timestamp.type', value: 'LogAppendTime' } as const;

/** Kafka's mark of what was set for this topic, and is neither inherited nor a default. */
const SET_ON_TOPIC = 1;

/** Topics that were made otherwise are changed; one that may not be changed is as good without any time. */
export async function keepBrokerTime(admin: Admin, topics: readonly string[], log: Log): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type, name })),
    });
    for (const { resourceName: name, configEntries } of resources) {
      const known = configEntries.find(({ configName }) => configName === BROKER_TIME.name);
      if (known?.configValue === BROKER_TIME.value) continue;
      // What is left out would go back to its default.
      const kept = configEntries
        .filter((entry) => 'configSource' in entry && entry.configSource === SET_ON_TOPIC)
        .map(({ configName, configValue }) => ({ name: configName, value: configValue }))
        .filter((entry) => entry.name !== BROKER_TIME.name);
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type, name, configEntries: [...kept, BROKER_TIME] }],
      });
      log.info({ topic: name }, `${BROKER_TIME.name} is ${BROKER_TIME.value} now`);
    }
  } catch (error) {
    if (isPassing(error)) throw error;
    log.warn(
      { topics },
      `Kafka does not let ${BROKER_TIME.name}=${BROKER_TIME.value} be set: ${messageOf(error)}. What is written there has no time.`,
    );
  }
}
