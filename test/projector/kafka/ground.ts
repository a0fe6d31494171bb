/** Topics of one test file on the real broker, and sources that read them. */
import kafkajs, { type Admin, type Kafka, type Producer, type ProducerConfig } from 'kafkajs';
import { inject } from 'vitest';
import type { ConsumerAlarm } from '../../../projector/kafka/alarms.js';
import { connectKafka } from '../../../projector/kafka/client.js';
import { KafkaSource, type KafkaSourceSettings } from '../../../projector/kafka/source.js';
import { prepareTopics } from '../../../projector/kafka/topics.js';
import type { PositionStore } from '../../../projector/ports/events.js';
import { createLog, type Log } from '../../../runtime/log.js';
import { MemoryPositionStore } from '../../memory/stores.js';
import { openNamespace } from '../../real-servers.js';

export interface SourceOptions extends Partial<KafkaSourceSettings> {
  readonly positions?: PositionStore;
  readonly alarms?: ConsumerAlarm[];
  readonly log?: Log;
}

export interface Ground {
  readonly namespace: string;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  newProducer(config: ProducerConfig): Promise<Producer>;
  /** A new topic, created with the given configuration beside unlimited retention. */
  newTopic(partitions: number, configuration?: Readonly<Record<string, string>>): Promise<string>;
  sourceOf(topic: string, options?: SourceOptions): KafkaSource;
  /** The offset that the group of the topic's sources has committed; -1 when it has none. */
  committed(topic: string, partition: number): Promise<number>;
  remove(): Promise<void>;
}

export const silent = createLog('test', 'silent');

export async function openGround(name: string): Promise<Ground> {
  const servers = await openNamespace(name);
  const kafka = connectKafka(inject('KAFKA_BROKERS').split(','), servers.namespace, silent);
  const admin = kafka.admin();
  const topics: string[] = [];
  const producers: Producer[] = [];
  const newProducer = async (config: ProducerConfig): Promise<Producer> => {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, ...config });
    await producer.connect();
    producers.push(producer);
    return producer;
  };
  await admin.connect();
  return {
    namespace: servers.namespace,
    kafka,
    admin,
    producer: await newProducer({}),
    newProducer,
    async newTopic(partitions, configuration = {}) {
      const topic = `${servers.namespace}.t${topics.length + 1}`;
      topics.push(topic);
      const configEntries = Object.entries(configuration).map(([key, value]) => ({ name: key, value }));
      if (configEntries.length > 0) {
        const creation = { topic, numPartitions: partitions, replicationFactor: 1, configEntries };
        await admin.createTopics({ topics: [creation], waitForLeaders: false });
      }
      await prepareTopics(admin, [topic], [], { create: true, partitions, replicas: 1 }, silent);
      return topic;
    },
    sourceOf(topic, { positions = new MemoryPositionStore(), alarms = [], log = silent, ...settings } = {}) {
      const all: KafkaSourceSettings = {
        group: groupOf(topic),
        topics: new Map([[topic, 'orders']]),
        queueRecordsMax: 1000,
        queueBytesMax: 64 * 1024 * 1024,
        pollBytesMax: 32 * 1024 * 1024,
        sessionTimeoutMs: 6000,
        commitIntervalMs: 50,
        watchdogStuckMs: 60_000,
        ...settings,
      };
      return new KafkaSource(kafka, admin, positions, all, { raised: (alarm) => alarms.push(alarm) }, log);
    },
    async committed(topic, partition) {
      const [found] = await admin.fetchOffsets({ groupId: groupOf(topic), topics: [topic] });
      return Number(found?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
    },
    async remove() {
      await admin.deleteTopics({ topics });
      await Promise.all([admin.disconnect(), ...producers.map((producer) => producer.disconnect())]);
      await servers.remove();
    },
  };
}

function groupOf(topic: string): string {
  return `${topic}.g1`;
}
