import type { Db } from 'mongodb';
import { documentsCollection } from '../../../runtime/names.js';
import { TICKET_FIELD } from '../../../runtime/records.js';
import type { DocumentScan, ScannedDocument, Target } from '../../ports.js';
import { contentOf } from '../scanned-content.js';
import { withMongo } from './connection.js';

interface DocumentRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string;
}

export class MongoDocumentScan implements DocumentScan {
  constructor(
    private readonly db: Db,
    private readonly generation: number,
  ) {}

  async *pages(target: Target, pageDocumentsMax: number): AsyncGenerator<readonly ScannedDocument[]> {
    for (let after: string | null = null; ; ) {
      const filter: { _id?: { $gt: string } } = after === null ? {} : { _id: { $gt: after } };
      const found = await withMongo(`read the documents of ${target.view}`, () =>
        this.collection(target)
          .find(filter, { sort: { _id: 1 }, limit: pageDocumentsMax, batchSize: pageDocumentsMax })
          .toArray(),
      );
      if (found.length === 0) return;
      yield found.map(toScanned);
      after = found.at(-1)?._id ?? '';
    }
  }

  async read(target: Target, ids: readonly string[]): Promise<ReadonlyMap<string, ScannedDocument>> {
    if (ids.length === 0) return new Map();
    const found = await withMongo(`read documents of ${target.view}`, () =>
      this.collection(target)
        .find({ _id: { $in: [...ids] } })
        .toArray(),
    );
    return new Map(found.map((record) => [record._id, toScanned(record)]));
  }

  private collection({ view, revision }: Target) {
    return this.db.collection<DocumentRecord>(documentsCollection(this.generation, view, revision));
  }
}

function toScanned({ _id, [TICKET_FIELD]: ticket, ...stored }: DocumentRecord): ScannedDocument {
  return { id: _id, ticket: typeof ticket === 'number' ? ticket : Number.NaN, stored: contentOf(stored) };
}
