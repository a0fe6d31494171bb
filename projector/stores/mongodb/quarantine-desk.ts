import { Binary, type Db, type Filter } from 'mongodb';
import { QUARANTINE_COLLECTION } from '../../../runtime/names.js';
import type { Handled, QuarantineChoice, QuarantineDesk, QuarantineEntry, SourceRecord } from '../../ports.js';
import { withMongo } from './connection.js';
import type { QuarantineDocument } from './quarantine.js';

export class MongoQuarantineDesk implements QuarantineDesk {
  constructor(private readonly db: Db) {}

  async *pages(choice: QuarantineChoice, pageEntriesMax: number): AsyncGenerator<readonly QuarantineEntry[]> {
    const chosen = filterOf(choice);
    for (let after = choice.id === undefined ? '' : null; ; ) {
      const filter = after === null ? chosen : { $and: [chosen, { _id: { $gt: after } }] };
      const found: QuarantineDocument[] = await withMongo('read the quarantine', () =>
        this.collection()
          .find(filter, { sort: { _id: 1 }, limit: pageEntriesMax })
          .toArray(),
      );
      if (found.length > 0) yield found.map(toEntry);
      if (found.length < pageEntriesMax || after === null) return;
      after = found.at(-1)?._id ?? '';
    }
  }

  async handle(ids: readonly string[], handled: Handled): Promise<number> {
    const { matchedCount } = await withMongo('note what became of quarantined records', () =>
      this.collection().updateMany({ _id: { $in: [...ids] }, handled: { $exists: false } }, { $set: { handled } }),
    );
    return matchedCount;
  }

  async blame(entries: readonly Pick<QuarantineEntry, 'id' | 'reason' | 'detail'>[]): Promise<void> {
    for (const { id, reason, detail } of entries) {
      await withMongo('note why a record stays in quarantine', () =>
        this.collection().updateOne({ _id: id, handled: { $exists: false } }, { $set: { reason, detail } }),
      );
    }
  }

  private collection() {
    return this.db.collection<QuarantineDocument>(QUARANTINE_COLLECTION);
  }
}

function filterOf({ id, key, cause, handled }: QuarantineChoice): Filter<QuarantineDocument> {
  return {
    ...(id === undefined ? {} : { _id: id }),
    ...(key === undefined ? {} : { key: new Binary(Buffer.from(key)) }),
    ...(cause === undefined ? {} : { reason: cause }),
    ...(handled === true ? {} : { handled: { $exists: false } }),
  };
}

function toEntry(document: QuarantineDocument): QuarantineEntry {
  const { _id: id, reason, detail, quarantinedAt, handled = null } = document;
  const lost = lossOf(document);
  return { id, record: lost === null ? recordOf(document) : null, lost, reason, detail, quarantinedAt, handled };
}

function lossOf(document: QuarantineDocument): QuarantineEntry['lost'] {
  const { value, headers, redactedAt, reason, isContentKept = true } = document;
  if (redactedAt !== null) return 'erased';
  // Before this was marked it was told by there being nothing: an event in binary mode may have no value, but never no headers.
  const isShortened = value === null && headers.length === 0 && reason !== 'value-missing';
  return isShortened || !isContentKept ? 'too-large' : null;
}

function recordOf(document: QuarantineDocument): SourceRecord {
  const { topic, partition, offset, timestamp, key, value, headers, mention } = document;
  const place = { aggregate: mention.aggregate, topic, partition, offset, timestamp: timestamp.getTime() };
  return { ...place, key: bytesOf(key), value: bytesOf(value), headers: headersOf(headers) };
}

function bytesOf(binary: Binary | null): Buffer | null {
  return binary === null ? null : Buffer.from(binary.value());
}

function headersOf(headers: QuarantineDocument['headers']): SourceRecord['headers'] {
  const byName = new Map<string, Buffer[]>();
  for (const { name, value } of headers) {
    byName.set(name, [...(byName.get(name) ?? []), Buffer.from(value.value())]);
  }
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
