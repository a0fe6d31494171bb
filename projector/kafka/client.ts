import kafkajs, { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import { repairKafkajs } from './kafkajs/repairs.js';

/** For those who compose: the library's own types stay in this folder. */
export type KafkaClient = Kafka;
export type KafkaAdmin = Admin;
export type KafkaProducer = Producer;

const LEVELS = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'trace',
} as const;

/** kafkajs tells as information what is debugging to others, and as errors what it cures by itself. */
export function connectKafka(brokers: string[], clientId: string, log: Log): Kafka {
  repairKafkajs();
  return new Kafka({
    clientId,
    brokers,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, timestamp: _, ...rest } }) => {
        const name = level === logLevel.NOTHING ? 'trace' : (LEVELS[level] ?? 'debug');
        // Of a refused request its message has the name alone.
        const what = typeof rest.error === 'string' ? `Kafka: ${rest.error} (${message})` : message;
        log[name === 'error' ? 'warn' : name]({ kafkajs: rest }, what);
      },
  });
}

export function createProducer(kafka: Kafka): Producer {
  // Named, the default partitioner does not warn at every start that it has been the default since version 2.
  return kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
}
