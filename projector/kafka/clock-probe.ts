/** What time a broker has: its protocol tells it of records only, so one is written to a topic made for it. */
import type { Admin, Producer } from 'kafkajs';
import { BROKER_TIME, NO_TIMESTAMP } from './broker-time.js';
import { logRanges } from './log-range.js';

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
  if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: false });
  try {
    await logRanges(admin, topic);
    // Only the second one has not to find its way first.
    await write(producer, topic);
    const asked = now();
    const appended = await write(producer, topic);
    return appended === null ? null : appended - (asked + now()) / 2;
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
