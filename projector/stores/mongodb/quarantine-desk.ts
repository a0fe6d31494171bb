import { Binary, type Db, type Filter } from 'mongodb';
import type { HeaderValue } from '../../../mappings/events/event.js';
import { contentBytes } from '../../../mappings/events/size.js';
import { QUARANTINE_COLLECTION } from '../../../runtime/storage/names.js';
import type { SourceRecord } from '../../ports/events.js';
import type {
  Handled,
  ListedEntry,
  QuarantineChoice,
  QuarantineDesk,
  QuarantineEntry,
  QuarantinePage,
} from '../../ports/quarantine.js';
import { withMongo } from './connection.js';
import type { QuarantineDocument } from './quarantine-record.js';

/** All that a list shows, or that tells whether there is a content. */
const LISTED = { key: 1, reason: 1, detail: 1, quarantinedAt: 1, redactedAt: 1, handled: 1, isContentKept: 1 } as const;
type ListedDocument = Pick<QuarantineDocument, '_id' | keyof typeof LISTED>;
const LISTED_KEY_MAX = 128;

export class MongoQuarantineDesk implements QuarantineDesk {
  constructor(private readonly db: Db) {}

  /** What is left out never leaves MongoDB, and a long key is let go of before the next entries come. */
  list(choice: QuarantineChoice, limit: number): Promise<readonly ListedEntry[]> {
    return withMongo('list the quarantine', async () => {
      const chosen = filterOf(choice);
      const sorted = { sort: { _id: 1 }, limit } as const;
      const nothing = { $and: [chosen, { value: null, headers: { $size: 0 } }] };
      const empty = await this.collection()
        .find(nothing, { ...sorted, projection: { _id: 1 } })
        .toArray();
      const emptyIds = new Set(empty.map(({ _id }) => _id));
      const listed: ListedEntry[] = [];
      const found = this.collection().find<ListedDocument>(chosen, { ...sorted, projection: LISTED });
      for await (const document of found) listed.push(toListed(document, emptyIds.has(document._id)));
      return listed;
    });
  }

  async *pages(choice: QuarantineChoice, limit: QuarantinePage): AsyncGenerator<readonly QuarantineEntry[]> {
    const chosen = filterOf(choice);
    for (let after = choice.id === undefined ? '' : null; ; ) {
      const filter = after === null ? chosen : { $and: [chosen, { _id: { $gt: after } }] };
      const page = await withMongo('read the quarantine', () => this.page(filter, limit));
      if (page.length > 0) yield page;
      else return;
      if (after === null) return;
      after = page.at(-1)?.id ?? '';
    }
  }

  /** MongoDB sends up to 16 MB at a time, and no more once the page is full. */
  private async page(filter: Filter<QuarantineDocument>, { entriesMax, bytesMax }: QuarantinePage) {
    const page: QuarantineEntry[] = [];
    let bytes = 0;
    for await (const document of this.collection().find(filter, { sort: { _id: 1 }, limit: entriesMax })) {
      const entry = toEntry(document);
      page.push(entry);
      bytes += entry.record === null ? 0 : contentBytes(entry.record);
      if (bytes >= bytesMax) break;
    }
    return page;
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

function toListed(document: ListedDocument, isEmpty: boolean): ListedEntry {
  const { _id: id, reason, detail, quarantinedAt, handled = null } = document;
  const isKept = lossOf(document, isEmpty) === null;
  return { id, key: isKept ? listedKey(document.key) : null, isKept, reason, detail, quarantinedAt, handled };
}

function listedKey(binary: Binary | null): string | null {
  const key = bytesOf(binary)?.toString('utf8') ?? null;
  // Copied: a slice would keep all of it.
  return key !== null && key.length > LISTED_KEY_MAX ? `${Buffer.from(key.slice(0, LISTED_KEY_MAX))}…` : key;
}

function toEntry(document: QuarantineDocument): QuarantineEntry {
  const { _id: id, reason, detail, quarantinedAt, handled = null } = document;
  const lost = lossOf(document, document.value === null && document.headers.length === 0);
  return { id, record: lost === null ? recordOf(document) : null, lost, reason, detail, quarantinedAt, handled };
}

function lossOf(document: ListedDocument, isEmpty: boolean): QuarantineEntry['lost'] {
  const { redactedAt, reason, isContentKept } = document;
  if (redactedAt !== null) return 'erased';
  // Before this was marked it was told by there being nothing: an event in binary mode may have no value, but never no headers.
  const isShortened = isEmpty && reason !== 'value-missing';
  return isShortened || isContentKept === false ? 'too-large' : null;
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
  const byName = new Map<string, HeaderValue[]>();
  for (const { name, value } of headers) {
    const values = byName.get(name) ?? [];
    values.push(bytesOf(value));
    byName.set(name, values);
  }
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
