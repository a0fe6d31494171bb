/** What time a broker has: its protocol tells it of records only, so one is written to a topic made for it. */
import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { BROKER_TIME, NO_TIMESTAMP } from './broker-time.js';
import { logRanges } from './log-range.js';

const { TOPIC } = kafkajs.ConfigResourceTypes;
const ATTEMPTS_MAX = 40;
const PAUSE_MS = 50;

/**
 * How much the clock of the broker that leads the topic is ahead of `now`, in ms; `null` when it does not tell. The
 * topic is removed again; whoever gives up waiting and ends leaves it to the next one, so it has the same name each time.
 * @throws when topics may not be created, or written to.
 */
export async function brokerAheadMs(
  admin: Admin,
  producer: Producer,
  namespace: string,
  now: () => number,
): Promise<number | null> {
  const topic = probeTopic(namespace);
  const configEntries = [BROKER_TIME];
  const isNew = await admin.createTopics({
    topics: [{ topic, numPartitions: 1, configEntries }],
    waitForLeaders: false,
  });
  try {
    // A former question has left it, or a producer that still knew it has made it anew, with other settings.
    const resources = [{ type: TOPIC, name: topic, configEntries }];
    if (!isNew) await admin.alterConfigs({ validateOnly: false, resources });
    await logRanges(admin, topic);
    // Only the second one has not to find its way first.
    await write(producer, topic);
    for (let attempt = 1; ; attempt += 1) {
      const asked = now();
      const appended = await write(producer, topic);
      if (appended !== null) return appended - (asked + now()) / 2;
      if (attempt === ATTEMPTS_MAX) return null;
      // The broker has not heard of the settings yet.
      await setTimeout(PAUSE_MS);
    }
  } finally {
    await admin.deleteTopics({ topics: [topic] });
  }
}

export function probeTopic(namespace: string): string {
  return `${namespace}.doctor-clock`;
}

async function write(producer: Producer, topic: string): Promise<number | null> {
  const [written] = await producer.send({
    topic,
    acks: -1,
    messages: [{ key: 'clock', value: null, timestamp: NO_TIMESTAMP }],
  });
  const time = Number(written?.logAppendTime ?? -1);
  return time < 0 ? null : time;
}
