import { z } from 'zod';
import { misspeltSettings } from '../runtime/misspelt-settings.js';
import type { Aggregate } from './events.js';

const topic = (name: string) => z.string().min(1).default(name);
const whole = (least: number, most: number, otherwise: number) => {
  return z.coerce.number().int().min(least).max(most).default(otherwise);
};

const schema = z.object({
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:/@]+:\d+(,[^\s,:/@]+:\d+)*$/, 'write host:port, several separated by commas')
    .default('127.0.0.1:9092'),
  TOPIC_CUSTOMERS: topic('customers'),
  TOPIC_PRODUCTS: topic('products'),
  TOPIC_ORDERS: topic('orders'),
  SAMPLE_SEED: z.string().min(1).default('1'),
  SAMPLE_ORDERS: whole(0, 1_000_000, 20_000),
  SAMPLE_EVENTS_PER_SECOND: whole(0, 1000, 5),
});

export interface FeederConfig {
  brokers: string[];
  topics: Record<Aggregate, string>;
  seed: string;
  orders: number;
  /** 0: nothing is trickled */
  eventsPerSecond: number;
  historyOnly: boolean;
}

/** Reads the settings; throws one Error that names every setting that is wrong. */
export function readConfig(environment: Record<string, string | undefined>, flags: readonly string[]): FeederConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  problems.push(...misspeltSettings(environment, Object.keys(schema.shape)));
  for (const flag of flags) if (flag !== '--history-only') problems.push(`${flag}: the only flag is --history-only`);
  if (!parsed.success || problems.length > 0) {
    throw new Error(`The sample feeder cannot start; correct these settings: ${problems.join('; ')}.`);
  }
  const settings = parsed.data;
  return Object.freeze({
    brokers: settings.KAFKA_BROKERS.split(','),
    topics: {
      customers: settings.TOPIC_CUSTOMERS,
      products: settings.TOPIC_PRODUCTS,
      orders: settings.TOPIC_ORDERS,
    },
    seed: settings.SAMPLE_SEED,
    orders: settings.SAMPLE_ORDERS,
    eventsPerSecond: settings.SAMPLE_EVENTS_PER_SECOND,
    historyOnly: flags.includes('--history-only'),
  });
}
