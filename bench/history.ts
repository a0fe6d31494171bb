/** Puts the events of a believable shop into topics of the bench's own. */
import type { Admin, Kafka, Message } from 'kafkajs';
import type { Aggregate, SampleEvent } from '../sample/events.js';
import { generateShop } from '../sample/shop.js';

export interface History {
  readonly topics: Readonly<Record<Aggregate, string>>;
  readonly events: number;
  /** End offset by `topic/partition`; partitions without events are left out. */
  readonly ends: ReadonlyMap<string, number>;
}

const AGGREGATES: readonly Aggregate[] = ['customers', 'products', 'orders'];
const PARTITIONS = 3;
const EVENTS_PER_REQUEST = 2000;
/** Rather fewer than the shop yields, with its customers' and products' own events: what is too much is cut off. */
const EVENTS_PER_ORDER = 6;
const ORDERS_PER_CUSTOMER = 8;
const ORDERS_PER_PRODUCT = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The same seed and number give the same events on the same day: the 30-day window is that of today. */
export async function publishHistory(kafka: Kafka, prefix: string, seed: string, events: number): Promise<History> {
  const topics = { customers: `${prefix}.customers`, products: `${prefix}.products`, orders: `${prefix}.orders` };
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    await admin.createTopics({
      topics: AGGREGATES.map((name) => ({
        topic: topics[name],
        numPartitions: PARTITIONS,
        configEntries: [{ name: 'retention.ms', value: '-1' }],
      })),
      waitForLeaders: true,
    });
    for (const batch of batchesOf(seed, events)) {
      const topicMessages = AGGREGATES.map((name) => ({ topic: topics[name], messages: messagesOf(batch, name) }));
      await producer.sendBatch({
        acks: -1,
        topicMessages: topicMessages.filter(({ messages }) => messages.length > 0),
      });
    }
    const ends = await endsOf(admin, Object.values(topics));
    return { topics, events: [...ends.values()].reduce((sum, end) => sum + end, 0), ends };
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

function* batchesOf(seed: string, events: number): Generator<SampleEvent[]> {
  const orders = Math.ceil(events / EVENTS_PER_ORDER);
  const shop = generateShop({
    seed,
    now: Math.floor(Date.now() / DAY_MS) * DAY_MS,
    orders,
    customers: Math.ceil(orders / ORDERS_PER_CUSTOMER),
    products: Math.ceil(orders / ORDERS_PER_PRODUCT),
  });
  let batch: SampleEvent[] = [];
  let left = events;
  for (const event of shop) {
    if (left === 0) break;
    left -= 1;
    batch.push(event);
    if (batch.length < EVENTS_PER_REQUEST) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function messagesOf(batch: readonly SampleEvent[], name: Aggregate): Message[] {
  return batch
    .filter(({ topic }) => topic === name)
    .map(({ key, event }) => ({
      key,
      value: JSON.stringify(event),
      headers: { 'content-type': 'application/cloudevents+json' },
    }));
}

async function endsOf(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > 0) ends.set(`${topic}/${partition}`, Number(high));
    }
  }
  return ends;
}
