import { Binary, type Db } from 'mongodb';
import { isErasedBy, mentionIn } from '../../../mappings/aggregates/erasure.js';
import { identityOf } from '../../../mappings/events/identity.js';
import { QUARANTINE_COLLECTION } from '../../../runtime/names.js';
import type { QuarantinedEventRecord } from '../../../runtime/records.js';
import type { Handled, Quarantine, QuarantinedRecord, SourceRecord } from '../../ports.js';
import type { MongoErasures } from './erasures.js';
import { compareAndSet } from './guarded-write.js';

/** A record that broke the contract, with all that is needed to deliver it again. */
export interface QuarantineDocument extends QuarantinedEventRecord {
  readonly timestamp: Date;
  /** Key, headers and value are `null` and empty once they are redacted. */
  readonly key: Binary | null;
  readonly headers: readonly { readonly name: string; readonly value: Binary }[];
  readonly value: Binary | null;
  readonly detail: string;
  readonly quarantinedAt: Date;
  /** When the content was removed because one of these customers was erased; `null` while it is there. */
  readonly redactedAt: Date | null;
  readonly handled?: Handled;
}

/** What a redaction leaves nothing of. */
export const REDACTED = { key: null, headers: [], value: null } as const;

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
    // Too large for MongoDB, though not for Kafka, where its place says that it is to be found.
    const shortened = [...refused.keys()].flatMap((place) => writes[place] ?? []);
    await compareAndSet(
      this.db,
      QUARANTINE_COLLECTION,
      shortened.map(({ filter, update }) => ({ filter, update: { ...update, ...REDACTED } })),
    );
    // An erasure that was recorded after the look above may have looked for records before these were there.
    await this.erasures.redactQuarantined(customers);
    await this.notify(records);
  }
}

function redacted(document: QuarantineDocument): QuarantineDocument {
  return { ...document, ...REDACTED, redactedAt: new Date() };
}

function toDocument({ record, reason, detail }: QuarantinedRecord): QuarantineDocument {
  const { aggregate, topic, partition, offset, timestamp, key, value } = record;
  return {
    _id: `${topic}/${partition}/${offset}`,
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

/** Kafka's headers may repeat a name. */
function headersOf({ headers }: SourceRecord): { name: string; value: Binary }[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (value === undefined ? [] : [{ name, value: new Binary(Buffer.from(value)) }])),
  );
}
