/** The ends of the topics, asked of Kafka by one connected admin client. */
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { quietIdleConnections } from '../../../runtime/kafkajs/idle-connections.js';
import type { Log } from '../../../runtime/log.js';
import type { LogEnds, PartitionEnds } from '../../ports.js';

export interface KafkaLogSettings {
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly clientId: string;
  readonly requestTimeoutMs: number;
}

export class KafkaLogEnds implements LogEnds {
  readonly #kafka: Kafka;
  readonly #topics: readonly string[];
  #admin: Promise<Admin> | null = null;

  constructor({ brokers, topics, clientId, requestTimeoutMs }: KafkaLogSettings, log: Log) {
    quietIdleConnections();
    this.#topics = topics;
    this.#kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      retry: { retries: 1, initialRetryTime: 100 },
      logLevel: logLevel.ERROR,
      // What fails here is reported once, by the freshness that becomes unknown.
      logCreator: () => (entry) => log.debug({ kafka: entry.log }, entry.log.message),
    });
  }

  async ends(): Promise<readonly PartitionEnds[]> {
    const perTopic = await this.#ask((admin, topic) => admin.fetchTopicOffsets(topic));
    return perTopic.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, low, high }) => ({
        partition: `${topic}/${partition}`,
        earliest: Number(low),
        end: Number(high),
      })),
    );
  }

  async offsetsAt(timeMs: number): Promise<ReadonlyMap<string, number>> {
    const perTopic = await this.#ask((admin, topic) => admin.fetchTopicOffsetsByTimestamp(topic, timeMs));
    return new Map(
      perTopic.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await (await admin?.catch(() => undefined))?.disconnect();
  }

  /** One question per topic, side by side. After a failure the next question connects anew. */
  async #ask<Partition>(
    question: (admin: Admin, topic: string) => Promise<Partition[]>,
  ): Promise<{ topic: string; partitions: Partition[] }[]> {
    this.#admin ??= this.#connect();
    const connecting = this.#admin;
    try {
      const admin = await connecting;
      return await Promise.all(
        this.#topics.map(async (topic) => ({ topic, partitions: await question(admin, topic) })),
      );
    } catch (error) {
      if (this.#admin === connecting) await this.close();
      throw error;
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }
}
