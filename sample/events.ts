import type { Random } from './random.js';

/** The three aggregates, by the name that their topics have unless they are configured otherwise. */
export type Aggregate = 'customers' | 'products' | 'orders';

/** A CloudEvents 1.0 event in its structured form. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339, UTC, milliseconds */
  time: string;
  /** the aggregate's version as decimal text, from "1" */
  sequence: string;
  datacontenttype?: 'application/json';
  data?: object;
}

export interface SampleEvent {
  topic: Aggregate;
  /** the record key: the aggregate id */
  key: string;
  event: CloudEvent;
}

/** What an aggregate says next, before it becomes an event. */
export interface Step {
  type: string;
  data?: object;
}

const SOURCES: Record<Aggregate, string> = {
  customers: '/customer-service',
  products: '/product-service',
  orders: '/order-service',
};

/** `time` is in milliseconds since 1970. */
export function sampleEvent(
  random: Random,
  topic: Aggregate,
  key: string,
  sequence: number,
  time: number,
  { type, data }: Step,
): SampleEvent {
  const event: CloudEvent = {
    specversion: '1.0',
    id: random.uuid(),
    source: SOURCES[topic],
    type,
    subject: key,
    time: new Date(time).toISOString(),
    sequence: String(sequence),
  };
  return { topic, key, event: data === undefined ? event : { ...event, datacontenttype: 'application/json', data } };
}
