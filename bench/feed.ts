/** Topics of a bench's own, and the events that it puts into them. */
import type { Admin, Kafka, Message, Producer } from 'kafkajs';
import type { Aggregate, SampleEvent } from '../sample/events.js';

export interface History {
  readonly topics: Readonly<Record<Aggregate, string>>;
  readonly events: number;
  /** End offset by `topic/partition`; partitions without events are left out. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Where an event has been put: its partition as `topic/partition`, and the offset after it. */
export interface Placed {
  readonly partition: string;
  readonly next: number;
}

const AGGREGATES: readonly Aggregate[] = ['customers', 'products', 'orders'];
const PARTITIONS = 3;
const EVENTS_PER_REQUEST = 2000;

export class Feed {
  private constructor(
    readonly topics: Readonly<Record<Aggregate, string>>,
    private readonly admin: Admin,
    private readonly producer: Producer,
  ) {}

  /** Creates the topics. */
  static async open(kafka: Kafka, prefix: string): Promise<Feed> {
    const topics = { customers: `${prefix}.customers`, products: `${prefix}.products`, orders: `${prefix}.orders` };
    const admin = kafka.admin();
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({
      topics: AGGREGATES.map((name) => ({
        topic: topics[name],
        numPartitions: PARTITIONS,
        configEntries: [{ name: 'retention.ms', value: '-1' }],
      })),
      waitForLeaders: true,
    });
    return new Feed(topics, admin, producer);
  }

  async publish(events: Iterable<SampleEvent>): Promise<void> {
    let batch: SampleEvent[] = [];
    for (const event of events) {
      batch.push(event);
      if (batch.length < EVENTS_PER_REQUEST) continue;
      await this.send(batch);
      batch = [];
    }
    if (batch.length > 0) await this.send(batch);
  }

  async publishOne(sample: SampleEvent): Promise<Placed> {
    const topic = this.topics[sample.topic];
    const [placed] = await this.producer.send({ topic, acks: -1, messages: [messageOf(sample)] });
    return { partition: `${topic}/${placed?.partition}`, next: Number(placed?.baseOffset) + 1 };
  }

  /** All that was published so far. */
  async history(): Promise<History> {
    const ends = new Map<string, number>();
    for (const topic of Object.values(this.topics)) {
      for (const { partition, high } of await this.admin.fetchTopicOffsets(topic)) {
        if (Number(high) > 0) ends.set(`${topic}/${partition}`, Number(high));
      }
    }
    return { topics: this.topics, events: [...ends.values()].reduce((sum, end) => sum + end, 0), ends };
  }

  async close(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  private async send(batch: readonly SampleEvent[]): Promise<void> {
    const topicMessages = AGGREGATES.map((name) => ({
      topic: this.topics[name],
      messages: batch.filter(({ topic }) => topic === name).map(messageOf),
    }));
    await this.producer.sendBatch({
      acks: -1,
      topicMessages: topicMessages.filter(({ messages }) => messages.length > 0),
    });
  }
}

/** A record as the bench's topics hold it. */
export function messageOf({ key, event }: SampleEvent): Message & { key: string; value: string } {
  return { key, value: JSON.stringify(event), headers: { 'content-type': 'application/cloudevents+json' } };
}
