/** The topics of the events, read without a group: nothing of it is left behind on the broker. */
import type { Admin, Kafka } from 'kafkajs';
import type { AggregateName } from '../../mappings/events/event.js';
import type { FetchedRecord } from '../../runtime/kafkajs/aborted-records.js';
import { type Cluster, createCluster, READ_COMMITTED } from '../../runtime/kafkajs/groupless.js';
import { type EventLog, type LogSpan, type SourceRecord, Unavailable } from '../ports.js';
import { logRanges, offsetsSince } from './log-range.js';

const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const PARTITION_BYTES_MAX = 1024 * 1024;
const FETCH_WAIT_MS = 250;
/** Fetches in a row that fail or bring nothing, before that is told. */
const VAIN_FETCHES_MAX = 20;

export class KafkaEventLog implements EventLog {
  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly topics: ReadonlyMap<string, AggregateName>,
  ) {}

  async spans(aggregate: AggregateName): Promise<readonly LogSpan[]> {
    const topic = this.topicOf(aggregate);
    const ranges = await logRanges(this.admin, topic);
    return ranges.map(({ partition, low, high }) => ({ topic, partition, from: low, to: high }));
  }

  async spansSince(aggregate: AggregateName, time: number): Promise<readonly LogSpan[]> {
    const topic = this.topicOf(aggregate);
    const [offsets, spans] = [await offsetsSince(this.admin, topic, time), await this.spans(aggregate)];
    return spans.map((span) => ({ ...span, from: Math.max(span.from, offsets.get(span.partition) ?? span.to) }));
  }

  /** @throws Unavailable when the broker gives nothing for a while: a transaction may be open. */
  async read(
    aggregate: AggregateName,
    spans: readonly LogSpan[],
    visit: (records: readonly SourceRecord[]) => Promise<void>,
  ): Promise<void> {
    const topic = this.topicOf(aggregate);
    const reading = new SpanReading(topic, aggregate, spans);
    let cluster: Cluster<FetchedRecord> | null = null;
    let vain = 0;
    try {
      while (!reading.isDone) {
        const before = reading.left;
        try {
          cluster ??= await connect(this.kafka, topic);
          await visit(await reading.fetch(cluster));
        } catch (error) {
          // Whatever was shown is not shown again. The leaders may be others by now.
          await cluster?.disconnect();
          cluster = null;
          if (vain >= VAIN_FETCHES_MAX || !isKafkas(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, FETCH_WAIT_MS));
        }
        vain = reading.left < before ? 0 : vain + 1;
        if (vain > VAIN_FETCHES_MAX) throw new Unavailable(`Kafka gives no more records of ${topic}.`);
      }
    } finally {
      await cluster?.disconnect();
    }
  }

  private topicOf(aggregate: AggregateName): string {
    for (const [topic, name] of this.topics) if (name === aggregate) return topic;
    throw new Error(`No topic is known of ${aggregate}.`);
  }
}

async function connect(kafka: Kafka, topic: string): Promise<Cluster<FetchedRecord>> {
  const cluster = createCluster<FetchedRecord>(kafka);
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  return cluster;
}

function isKafkas(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}

class SpanReading {
  private readonly next: Map<number, number>;
  private readonly ends: Map<number, number>;

  constructor(
    private readonly topic: string,
    private readonly aggregate: AggregateName,
    spans: readonly LogSpan[],
  ) {
    this.next = new Map(spans.map(({ partition, from }) => [partition, from]));
    this.ends = new Map(spans.map(({ partition, to }) => [partition, to]));
  }

  get isDone(): boolean {
    return this.left === 0;
  }

  /** Offsets that have not been passed. */
  get left(): number {
    return this.open().reduce((sum, partition) => sum + this.endOf(partition) - this.nextOf(partition), 0);
  }

  async fetch(cluster: Cluster<FetchedRecord>): Promise<readonly SourceRecord[]> {
    const leaders = Object.entries(cluster.findLeaderForPartitions(this.topic, this.open()));
    const pieces = await Promise.all(leaders.map(([nodeId, own]) => this.fetchFrom(cluster, nodeId, own)));
    return pieces.flat();
  }

  private async fetchFrom(
    cluster: Cluster<FetchedRecord>,
    nodeId: string,
    partitions: readonly number[],
  ): Promise<SourceRecord[]> {
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = await broker.fetch({
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      isolationLevel: READ_COMMITTED,
      topics: [
        {
          topic: this.topic,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset: String(this.nextOf(partition)),
            maxBytes: PARTITION_BYTES_MAX,
          })),
        },
      ],
    });
    return responses.flatMap((response) =>
      response.partitions.flatMap(({ partition, messages }) => this.take(partition, messages)),
    );
  }

  /** A batch comes as a whole: what lies before or behind the span is left out. */
  private take(partition: number, messages: readonly FetchedRecord[]): SourceRecord[] {
    const { topic, aggregate } = this;
    const [from, to] = [this.nextOf(partition), this.endOf(partition)];
    const records: SourceRecord[] = [];
    for (const { offset: text, timestamp, key, value, headers, unread, isControlRecord } of messages) {
      const offset = Number(text);
      if (offset < from || offset >= to) continue;
      if (!isControlRecord) {
        const place = { aggregate, topic, partition, offset, timestamp: Number(timestamp) };
        const content = { key, value, headers: headers as SourceRecord['headers'] };
        records.push({ ...place, ...content, ...(unread === undefined ? {} : { unread }) });
      }
    }
    const last = messages.at(-1);
    if (last !== undefined) this.next.set(partition, Math.max(from, Math.min(to, Number(last.offset) + 1)));
    return records;
  }

  private open(): number[] {
    return [...this.next.keys()].filter((partition) => this.nextOf(partition) < this.endOf(partition));
  }

  private nextOf(partition: number): number {
    return this.next.get(partition) ?? 0;
  }

  private endOf(partition: number): number {
    return this.ends.get(partition) ?? 0;
  }
}
