/** From a record of Kafka to an event of the contract, or to the reason why it is none. Never throws. */
import { shapes } from './catalogue.js';
import { contentHash } from './content-hash.js';
import { readData } from './data.js';
import { readEnvelope } from './envelope.js';
import type { AggregateName, DomainEvent, RawRecord } from './event.js';
import { open } from './mode.js';
import { type Malformed, malformed } from './reasons.js';
import { tooLarge } from './size.js';

export type { RawRecord } from './event.js';

export type Decoded =
  | { readonly kind: 'event'; readonly event: DomainEvent }
  /** A sound envelope of a type that the contract does not know; its data was not looked at. */
  | { readonly kind: 'unknown'; readonly type: string }
  | Malformed;

/** `aggregate` is the one whose topic the record was read from. */
export function decode(aggregate: AggregateName, record: RawRecord): Decoded {
  const unread = tooLarge(record);
  if (unread !== null) return unread;
  const opened = open(record);
  if (opened.kind === 'malformed') return opened;
  const envelope = readEnvelope(opened.attributes, record.key);
  if (envelope.kind === 'malformed') return envelope;
  const shape = shapes.get(envelope.type);
  if (shape === undefined) return { kind: 'unknown', type: envelope.type };
  if (shape.aggregate !== aggregate) {
    return malformed('wrong-topic', `${envelope.type} is an event of ${shape.aggregate}, not of ${aggregate}.`);
  }
  const read = readData(opened.content, shape);
  if (read.kind === 'malformed') return read;
  const { type } = shape;
  const { data } = read;
  const { eventId, source, subject, time, sequence } = envelope;
  const hash = contentHash(type, subject, time, sequence, data);
  // The catalogue pairs each type with the schema that made its data, which the compiler cannot follow.
  const event = { aggregate, subject, type, source, sequence, time, eventId, data, contentHash: hash } as DomainEvent;
  return { kind: 'event', event };
}
