/** The ends of the topics, asked of Kafka. */
import { connectReader, TopicReader } from '../../../runtime/kafkajs/topic-reader.js';
import type { Log } from '../../../runtime/log.js';
import type { LogEnds, PartitionEnds } from '../../ports/freshness.js';

export interface KafkaLogSettings {
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly clientId: string;
  readonly requestTimeoutMs: number;
}

export class KafkaLogEnds implements LogEnds {
  readonly #reader: TopicReader;
  readonly #topics: readonly string[];

  constructor(settings: KafkaLogSettings, log: Log) {
    this.#reader = new TopicReader(connectReader(settings, log));
    this.#topics = settings.topics;
  }

  async ends(): Promise<readonly PartitionEnds[]> {
    return this.#ofEachTopic(async (topic) => {
      const ranges = await this.#reader.ranges(topic);
      return ranges.map(({ partition, earliest, end }) => ({ partition: `${topic}/${partition}`, earliest, end }));
    });
  }

  async offsetsAt(timeMs: number): Promise<ReadonlyMap<string, number>> {
    const offsets = await this.#ofEachTopic(async (topic) => {
      const found = await this.#reader.offsetsAt(topic, timeMs);
      return [...found].map(([partition, offset]) => [`${topic}/${partition}`, offset] as const);
    });
    return new Map(offsets);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Side by side. */
  async #ofEachTopic<Answer>(question: (topic: string) => Promise<readonly Answer[]>): Promise<readonly Answer[]> {
    return (await Promise.all(this.#topics.map(question))).flat();
  }
}
