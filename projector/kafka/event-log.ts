/** The topics of the events, read without a group: nothing of it is left behind on the broker. */
import type { Admin, Kafka } from 'kafkajs';
import type { AggregateName } from '../../mappings/events/event.js';
import { OutOfRange, offsetsAt, type ReadPiece, TopicReader } from '../../runtime/kafkajs/topic-reader.js';
import { Unavailable } from '../ports/errors.js';
import type { EventLog, LogSpan, SourceRecord } from '../ports/events.js';
import { logRanges } from './log-range.js';

const FETCH_WAIT_MS = 250;
const LIMITS = { waitMs: FETCH_WAIT_MS, bytesMax: 8 * 1024 * 1024, partitionBytesMax: 1024 * 1024 };
/** Fetches in a row that fail or bring nothing, before that is told. */
const VAIN_FETCHES_MAX = 20;
const NOTHING: ReadPiece = { records: [], next: new Map() };

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
    const [offsets, spans] = [await offsetsAt(this.admin, topic, time), await this.spans(aggregate)];
    return spans.map((span) => ({ ...span, from: Math.max(span.from, offsets.get(span.partition) ?? span.to) }));
  }

  /** @throws Unavailable when the broker gives nothing for a while: a transaction may be open. */
  async read(
    aggregate: AggregateName,
    spans: readonly LogSpan[],
    visit: (records: readonly SourceRecord[]) => Promise<void>,
  ): Promise<void> {
    const topic = this.topicOf(aggregate);
    const ends = new Map(spans.map(({ partition, to }) => [partition, to]));
    const endOf = (partition: number) => ends.get(partition) ?? 0;
    const left = new Map(spans.filter(({ from, to }) => from < to).map(({ partition, from }) => [partition, from]));
    const reader = new TopicReader(this.kafka);
    try {
      for (let vain = 0; left.size > 0; ) {
        const { records, next } = await reader.read(topic, left, LIMITS).catch(async (error: unknown) => {
          if (vain >= VAIN_FETCHES_MAX || !isKafkas(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, FETCH_WAIT_MS));
          return NOTHING;
        });
        for (const [partition, offset] of next) {
          if (offset < endOf(partition)) left.set(partition, offset);
          else left.delete(partition);
        }
        const within = records.filter(({ partition, offset }) => offset < endOf(partition));
        await visit(within.map((record) => ({ aggregate, topic, ...record })));
        vain = next.size > 0 ? 0 : vain + 1;
        if (vain > VAIN_FETCHES_MAX) throw new Unavailable(`Kafka gives no more records of ${topic}.`);
      }
    } finally {
      await reader.close();
    }
  }

  private topicOf(aggregate: AggregateName): string {
    for (const [topic, name] of this.topics) if (name === aggregate) return topic;
    throw new Error(`No topic is known of ${aggregate}.`);
  }
}

function isKafkas(error: unknown): boolean {
  return error instanceof OutOfRange || (error instanceof Error && error.name.startsWith('KafkaJS'));
}
