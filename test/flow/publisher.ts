/** Publishes events as the services of a shop would, and keeps what it published for the recomputation. */
import { randomUUID } from 'node:crypto';
import { type IHeaders, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import type { RealServers } from '../real-servers.js';
import type { EventEnvelope, PublishedEvent, Topic } from '../recomputation-documents.js';

export type Mode = 'structured' | 'binary';

export interface RawRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: IHeaders;
}

/** Where a record stands in Kafka. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const RECORDS_PER_REQUEST = 1000;

export class Publisher {
  /** Every event that was published by `publish`, in order, each once for each time. */
  readonly events: PublishedEvent[] = [];

  private constructor(
    private readonly kafka: Kafka,
    private readonly producer: Producer,
    private readonly topics: Readonly<Record<Topic, string>>,
  ) {}

  static async connect({ kafka, topics }: RealServers): Promise<Publisher> {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new Publisher(kafka, producer, topics);
  }

  /** Resolves when Kafka has acknowledged them. The same event again gets a new offset. */
  async publish(events: readonly PublishedEvent[], mode: Mode = 'structured'): Promise<void> {
    for (let from = 0; from < events.length; from += RECORDS_PER_REQUEST) {
      const piece = events.slice(from, from + RECORDS_PER_REQUEST);
      await this.producer.sendBatch({ acks: -1, topicMessages: this.topicMessages(piece, mode) });
      this.events.push(...piece);
    }
  }

  /** Resolves when the transaction is committed: behind the events, each partition has a record that is not delivered. */
  async publishInTransaction(events: readonly PublishedEvent[]): Promise<void> {
    await this.transact(events, 'commit');
    this.events.push(...events);
  }

  /** They lie in Kafka, and are delivered to nobody. */
  async publishAborted(events: readonly PublishedEvent[]): Promise<void> {
    await this.transact(events, 'abort');
  }

  private async transact(events: readonly PublishedEvent[], end: 'commit' | 'abort'): Promise<void> {
    const transactionalId = `test-${randomUUID()}`;
    const producer = this.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.sendBatch({ topicMessages: this.topicMessages(events, 'structured') });
    await transaction[end]();
    await producer.disconnect();
  }

  private topicMessages(events: readonly PublishedEvent[], mode: Mode): { topic: string; messages: Message[] }[] {
    return (['customers', 'products', 'orders'] as const)
      .map((topic) => ({
        topic: this.topics[topic],
        messages: events.filter((published) => published.topic === topic).map(({ event }) => toMessage(event, mode)),
      }))
      .filter(({ messages }) => messages.length > 0);
  }

  /** A record as it is, which need not be an event. The recomputation does not get to know it. */
  async publishRaw(topic: Topic, { key, value, headers }: RawRecord): Promise<Place> {
    const [metadata] = await this.producer.send({
      topic: this.topics[topic],
      acks: -1,
      messages: [{ key, value, ...(headers === undefined ? {} : { headers }) }],
    });
    const { partition = 0, baseOffset } = metadata ?? {};
    return { topic: this.topics[topic], partition, offset: Number(baseOffset) };
  }

  async disconnect(): Promise<void> {
    await this.producer.disconnect();
  }
}

export function toMessage(event: EventEnvelope, mode: Mode): Message {
  if (mode === 'structured') {
    return {
      key: event.subject,
      value: JSON.stringify({ specversion: '1.0', source: '/test', ...event }),
      headers: { 'content-type': 'application/cloudevents+json' },
    };
  }
  const { data, ...attributes } = event;
  const context = { specversion: '1.0', source: '/test', ...attributes, datacontenttype: undefined };
  const headers = Object.entries(context).flatMap(([name, value]) =>
    value === undefined ? [] : [[`ce_${name}`, value]],
  );
  return {
    key: event.subject,
    // As clients of CloudEvents do.
    value: data === undefined ? null : JSON.stringify(data),
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
  };
}
