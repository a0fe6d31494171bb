import type { Db } from 'mongodb';
import { documentsCollection } from '../../../runtime/storage/names.js';
import { TICKET_FIELD } from '../../../runtime/storage/records.js';
import type { DocumentScan, ScannedDocument, Target } from '../../ports/documents.js';
import type { Room } from '../../ports/errors.js';
import { charactersOf } from '../characters.js';
import { contentOf } from '../scanned-content.js';
import { withMongo } from './connection.js';
import { visitEach } from './streaming.js';

interface DocumentRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string;
}

export class MongoDocumentScan implements DocumentScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async *pages(target: Target, pageDocumentsMax: number): AsyncGenerator<readonly ScannedDocument[]> {
    for await (const page of this.scan(target, pageDocumentsMax)) yield page.map(toScanned);
  }

  async *ids(target: Target, pageIdsMax: number): AsyncGenerator<readonly string[]> {
    for await (const page of this.scan(target, pageIdsMax, { _id: 1 })) yield page.map(({ _id }) => _id);
  }

  async read(target: Target, ids: readonly string[], room?: Room): Promise<ReadonlyMap<string, ScannedDocument>> {
    const documents = new Map<string, ScannedDocument>();
    if (ids.length === 0) return documents;
    const found = this.collection(target).find({ _id: { $in: [...ids] } });
    await withMongo(`read documents of ${target.view}`, () =>
      visitEach(found, (record) => {
        room?.take(charactersOf(record));
        documents.set(record._id, toScanned(record));
      }),
    );
    return documents;
  }

  async tickets(target: Target, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const found = await withMongo(`read tickets of ${target.view}`, () =>
      this.collection(target)
        .find({ _id: { $in: [...ids] } }, { projection: { [TICKET_FIELD]: 1 } })
        .toArray(),
    );
    return new Map(found.map((record) => [record._id, ticketOf(record)]));
  }

  private async *scan(
    target: Target,
    limit: number,
    projection: Readonly<Record<string, 1>> = {},
  ): AsyncGenerator<readonly DocumentRecord[]> {
    for (let after: string | null = null; ; ) {
      const filter: { _id?: { $gt: string } } = after === null ? {} : { _id: { $gt: after } };
      const cursor = this.collection(target).find(filter, { projection, sort: { _id: 1 }, limit, batchSize: limit });
      const before: string | null = after;
      try {
        // Of large documents the server sends fewer at a time.
        while (await withMongo(`read the documents of ${target.view}`, () => cursor.hasNext())) {
          const found = cursor.readBufferedDocuments();
          after = found.at(-1)?._id ?? after;
          yield found;
        }
      } finally {
        await cursor.close();
      }
      if (after === before) return;
    }
  }

  private collection({ view, revision }: Target) {
    return this.db.collection<DocumentRecord>(documentsCollection(this.generation, view, revision));
  }
}

function toScanned(record: DocumentRecord): ScannedDocument {
  const { _id, [TICKET_FIELD]: _, ...stored } = record;
  return { id: _id, ticket: ticketOf(record), stored: contentOf(stored) };
}

function ticketOf({ [TICKET_FIELD]: ticket }: DocumentRecord): number {
  return typeof ticket === 'number' ? ticket : Number.NaN;
}
