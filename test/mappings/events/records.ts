/** Records of Kafka for the tests of the contract, in both modes. */

import { decode } from '../../../mappings/events/decode.js';
import type { AggregateName, DomainEvent, RawRecord } from '../../../mappings/events/event.js';
import type { ReasonCode } from '../../../mappings/events/reasons.js';

export type Attributes = Readonly<Record<string, unknown>>;

export const ENVELOPE = {
  specversion: '1.0',
  id: 'e-1',
  source: '/order-service',
  type: 'order.confirmed',
  subject: 'o-1',
  time: '2026-11-01T10:00:00.000Z',
} as const;

/** `attributes` override the envelope; those that are `undefined` are left out. */
export function structured(attributes: Attributes, key: string | null = keyOf(attributes)): RawRecord {
  return raw(JSON.stringify({ ...ENVELOPE, ...attributes }), key);
}

/** A structured record with this very text as its value. */
export function raw(value: string, key: string | null = ENVELOPE.subject): RawRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(value),
    headers: { 'content-type': Buffer.from('application/cloudevents+json') },
  };
}

export function binary(attributes: Attributes, key: string | null = keyOf(attributes)): RawRecord {
  const { data, datacontenttype, ...rest } = { ...ENVELOPE, ...attributes } as Record<string, unknown>;
  const headers: Record<string, Buffer> = {
    'content-type': Buffer.from(String(datacontenttype ?? 'application/json')),
  };
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== null) headers[`ce_${name}`] = Buffer.from(String(value));
  }
  const value = data === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(data));
  return { key: key === null ? null : Buffer.from(key), value, headers };
}

function keyOf(attributes: Attributes): string {
  return typeof attributes.subject === 'string' ? attributes.subject : ENVELOPE.subject;
}

export function eventOf(aggregate: AggregateName, record: RawRecord): DomainEvent {
  const decoded = decode(aggregate, record);
  if (decoded.kind !== 'event') throw new Error(`Expected an event, got ${JSON.stringify(decoded)}`);
  return decoded.event;
}

/** The reason why a record is malformed, or what it is instead. */
export function reasonOf(aggregate: AggregateName, record: RawRecord): ReasonCode | 'event' | 'unknown' {
  const decoded = decode(aggregate, record);
  return decoded.kind === 'malformed' ? decoded.reason : decoded.kind;
}

/** The data of a type after decoding. */
export function dataOf(aggregate: AggregateName, type: string, data: unknown): unknown {
  return eventOf(aggregate, structured({ type, data })).data;
}

/** The reason why this data is malformed. */
export function dataReason(aggregate: AggregateName, type: string, data: unknown): string {
  return reasonOf(aggregate, structured({ type, data }));
}
