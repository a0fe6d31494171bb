import { Binary, type Db } from 'mongodb';
import { QUARANTINE_COLLECTION } from '../../../runtime/names.js';
import type { Quarantine, QuarantinedRecord, SourceRecord } from '../../ports.js';
import { compareAndSet } from './guarded-write.js';

/** A record that broke the contract, with all that is needed to deliver it again. `_id` is `topic/partition/offset`. */
interface QuarantineDocument {
  readonly _id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: Date;
  readonly key: Binary | null;
  readonly headers: readonly { readonly name: string; readonly value: Binary }[];
  readonly value: Binary | null;
  /** A code of mappings/events/reasons.ts. */
  readonly reason: string;
  readonly detail: string;
  readonly quarantinedAt: Date;
}

export class MongoQuarantine implements Quarantine {
  constructor(
    private readonly db: Db,
    /** Tells others where the record is and why it was set apart; never its content. */
    private readonly notify: (records: readonly QuarantinedRecord[]) => Promise<void>,
  ) {}

  async add(records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    // Records are their own guard: `_id` is where they stand in Kafka, and one that is there stays as it is.
    await compareAndSet(
      this.db,
      QUARANTINE_COLLECTION,
      records.map(toDocument).map((document) => ({ filter: { _id: document._id, topic: null }, update: document })),
    );
    await this.notify(records);
  }
}

function toDocument({ record, reason, detail }: QuarantinedRecord): QuarantineDocument {
  const { topic, partition, offset, timestamp, key, value } = record;
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
  };
}

/** Kafka's headers may repeat a name. */
function headersOf({ headers }: SourceRecord): { name: string; value: Binary }[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (value === undefined ? [] : [{ name, value: new Binary(Buffer.from(value)) }])),
  );
}
