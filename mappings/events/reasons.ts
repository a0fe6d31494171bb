/** Why a record is set apart instead of being projected: a closed set, stable for whoever reads the quarantine. */

export interface Reason {
  /** One sentence. */
  readonly explanation: string;
  /** What the producer, or whoever re-drives the record, can do. */
  readonly cure: string;
}

export const reasons = {
  'value-missing': {
    explanation:
      'The record has no value (null) and is no event in binary mode: a tombstone of a compacted topic, for instance.',
    cure: 'Publish an event instead, and keep the topic on cleanup.policy=delete.',
  },
  'not-utf8': {
    explanation: 'The value, the key or a CloudEvents header is not UTF-8.',
    cure: 'Encode texts as UTF-8 in the producer and publish the event again.',
  },
  'not-json': {
    explanation: 'The value, or the data in `data_base64`, is not JSON.',
    cure: 'Serialize the event as JSON and publish it again.',
  },
  'format-unsupported': {
    explanation: 'The content-type names a CloudEvents format other than `application/cloudevents+json`, or a batch.',
    cure: 'Publish each event in a record of its own, as structured JSON or in binary mode.',
  },
  'envelope-invalid': {
    explanation: 'The record is not a CloudEvents 1.0 event: an attribute is missing, repeated or of the wrong kind.',
    cure: 'Set specversion 1.0, id, source, type, subject and time, each once, and publish the event again.',
  },
  'id-invalid': {
    explanation: 'An id is not 1–128 characters without control characters and commas, or it is `.` or `..`.',
    cure: 'Give the event, its subject or what the data names an id within these limits.',
  },
  'subject-not-key': {
    explanation: 'The record key is not the subject, so the events of one aggregate could be in several partitions.',
    cure: 'Publish the event with its subject as the record key.',
  },
  'time-invalid': {
    explanation: 'The time is not an RFC 3339 time with a zone in the years 0000–9999.',
    cure: 'Send a time such as 2026-11-01T10:00:00.000Z.',
  },
  'sequence-invalid': {
    explanation: 'The sequence is not a decimal text of an integer from 1 to 9007199254740991.',
    cure: 'Send the aggregate version as a text, such as "7", or leave it out.',
  },
  'wrong-topic': {
    explanation: "The event's type belongs to another aggregate than the topic.",
    cure: 'Publish the event on the topic of its own aggregate.',
  },
  'data-format-unsupported': {
    explanation: 'The data is declared as something other than JSON.',
    cure: 'Send the data as `application/json`, `text/json` or any other type that ends in `+json`.',
  },
  'data-invalid': {
    explanation: "The data does not have the fields that the event's type asks for, or a value is out of its limits.",
    cure: 'Correct the named fields in the producer and publish the event again.',
  },
  'text-invalid': {
    explanation: 'A text is longer than 8,000 characters or has an unpaired surrogate.',
    cure: 'Shorten or repair the text in the producer and publish the event again.',
  },
  'record-too-large': {
    explanation:
      'The value has more than 8 MiB, or key and headers more than 1 MiB together, or there are more than 1,000 headers: it was not looked into.',
    cure: 'Publish a smaller event. The content of this record is in Kafka only, at its place.',
  },
  'batch-too-large': {
    explanation:
      'The records of one batch of the producer take more than KAFKA_BATCH_BYTES_MAX once they are inflated, are more than KAFKA_BATCH_RECORDS_MAX, or have more than KAFKA_BATCH_HEADERS_MAX headers together: none of them was read.',
    cure: 'Publish its events again in smaller batches (`batch.size` of the producer). Or raise the limit, in projector and API alike, and rebuild.',
  },
  'batch-unreadable': {
    explanation:
      'One batch of the producer cannot be inflated or taken apart, although Kafka took it: none of its records was read.',
    cure: 'Publish its events again, uncompressed or with another compression (`compression.type` of the producer).',
  },
  'id-reused': {
    explanation: 'An event with the same id and other content was merged before.',
    cure: 'Give every event an id of its own, and publish this one again under a new id.',
  },
  'state-too-large': {
    explanation:
      "The event would make its aggregate's state larger than STATE_BYTES_MAX: too many returns, lines, groups of sums or gaps in sequences.",
    cure: 'Make room by events that leave less, such as a smaller amendment or a delete, or raise the limit; then re-drive the record.',
  },
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;

const OF_BATCHES: readonly ReasonCode[] = ['batch-too-large', 'batch-unreadable'];

/**
 * A record that breaks the contract. `detail` says where and how; it never quotes the record, whose personal data must
 * not get into logs and notices.
 */
export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: ReasonCode;
  readonly detail: string;
}

/** Whether it is why a whole batch was not read: the record stands for all of it, at its last offset. */
export function isOfBatch({ reason }: Malformed): boolean {
  return OF_BATCHES.includes(reason);
}

export function malformed(reason: ReasonCode, detail: string): Malformed {
  return { kind: 'malformed', reason, detail };
}
