import { createHash } from 'node:crypto';
import { Binary, type Db } from 'mongodb';
import { isErasedBy, mentionIn } from '../../../mappings/aggregates/erasure.js';
import type { HeaderValue } from '../../../mappings/events/event.js';
import { identityOf } from '../../../mappings/events/identity.js';
import { isOfBatch } from '../../../mappings/events/reasons.js';
import { tooLarge } from '../../../mappings/events/size.js';
import { QUARANTINE_COLLECTION } from '../../../runtime/storage/names.js';
import type { SourceRecord } from '../../ports/events.js';
import type { Quarantine, QuarantinedRecord } from '../../ports/quarantine.js';
import type { MongoErasures } from './erasures.js';
import { compareAndSet } from './guarded-write.js';
import { type KeptHeader, type QuarantineDocument, REDACTED } from './quarantine-record.js';

/** An id of 128 characters has no more. */
const KEPT_KEY_BYTES_MAX = 512;
/** Customers whom one record names. For each it is looked up whether they were erased. */
const MENTIONED_MAX = 1_000;

export class MongoQuarantine implements Quarantine {
  constructor(
    private readonly db: Db,
    private readonly erasures: MongoErasures,
    /** Tells others where the record is and why it was set apart; never its content. */
    private readonly notify: (records: readonly QuarantinedRecord[]) => Promise<void>,
  ) {}

  async add(records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    const documents = records.map(toDocument);
    const customers = [...new Set(documents.flatMap(({ mention }) => mention.customers))];
    const erasures = await this.erasures.known(customers);
    const outgoing = documents.map((document) =>
      erasures.some((erasure) => isErasedBy(document.mention, erasure)) ? redacted(document) : document,
    );
    // Records are their own guard: `_id` is where they stand in Kafka, and one that is there stays as it is.
    const writes = outgoing.map((document) => ({ filter: { _id: document._id, topic: null }, update: document }));
    const { refused } = await compareAndSet(this.db, QUARANTINE_COLLECTION, writes);
    // Whatever MongoDB has against their content: without it they are still known by their place.
    const shortened = [...refused.keys()].flatMap((place) => documents[place] ?? []);
    await compareAndSet(
      this.db,
      QUARANTINE_COLLECTION,
      shortened.map((document) => ({ filter: { _id: document._id, topic: null }, update: withoutContent(document) })),
    );
    // An erasure that was recorded after the look above may have looked for records before these were there.
    await this.erasures.redactQuarantined(customers);
    await this.notify(records);
  }
}

function redacted(document: QuarantineDocument): QuarantineDocument {
  return { ...document, ...REDACTED, redactedAt: new Date() };
}

/** What is too large is left in Kafka, where its place says that it is to be found. */
function toDocument({ record, reason, detail }: QuarantinedRecord): QuarantineDocument {
  if (tooLarge(record) === null) {
    const document = withContent({ record, reason, detail });
    return document.mention.customers.length > MENTIONED_MAX ? withoutContent(document) : document;
  }
  const key = record.key !== null && record.key.length <= KEPT_KEY_BYTES_MAX ? record.key : null;
  const digest =
    record.value === null ? '' : ` Its SHA-256 is ${createHash('sha256').update(record.value).digest('hex')}.`;
  const document = withContent({ record: { ...record, value: null }, reason, detail: detail + digest });
  return { ...document, ...REDACTED, key: key === null ? null : new Binary(key), isContentKept: false };
}

/** Where there is no content nobody is mentioned. */
function withoutContent(document: QuarantineDocument): QuarantineDocument {
  return { ...document, ...REDACTED, mention: { ...document.mention, customers: [] }, isContentKept: false };
}

/** What stands for a batch leaves the place of the last record to that one: it may be read under another limit. */
function idOf({ topic, partition, offset, unread }: SourceRecord): string {
  const place = `${topic}/${partition}/${offset}`;
  return unread !== undefined && isOfBatch(unread) ? `${place}/batch` : place;
}

function withContent({ record, reason, detail }: QuarantinedRecord): QuarantineDocument {
  const { aggregate, topic, partition, offset, timestamp, key, value } = record;
  return {
    _id: idOf(record),
    topic,
    partition,
    offset,
    timestamp: new Date(timestamp),
    key: key === null ? null : new Binary(key),
    headers: headersOf(record),
    value: value === null ? null : new Binary(value),
    reason,
    detail,
    quarantinedAt: new Date(),
    event: identityOf(record),
    mention: mentionIn(aggregate, record),
    redactedAt: null,
  };
}

function toBinary(value: HeaderValue): Binary | null {
  return value === null ? null : new Binary(Buffer.from(value));
}

/** Kafka's headers may repeat a name. */
function headersOf({ headers }: SourceRecord): KeptHeader[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (value === undefined ? [] : [{ name, value: toBinary(value) }])),
  );
}
