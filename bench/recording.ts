/**
 * What the projector writes, request by request, kept in files so that the bare run can send the very same. Requests
 * to Elasticsearch are kept as the bytes of their bodies; those to MongoDB as JSON.
 */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import type { DocumentStore, OutgoingDocument, Published, Target, Ticket } from '../projector/ports.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../runtime/records.js';

export type StoreName = 'elasticsearch' | 'mongodb';

export interface RecordedRequest {
  readonly view: ViewName;
  readonly ticket: number;
  readonly documents: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface RecordingIndex {
  readonly requests: Readonly<Record<StoreName, readonly RecordedRequest[]>>;
  readonly distinctDocuments: number;
}

/** The sizes of the projector's own requests. */
const BULK_CHARACTERS = 2 * 1024 * 1024;
const REPLACEMENTS_PER_REQUEST = 1000;

export function dataFile(folder: string, store: StoreName): string {
  return path.join(folder, `${store}.data`);
}

export async function readIndex(folder: string): Promise<RecordingIndex> {
  return JSON.parse(await readFile(path.join(folder, 'index.json'), 'utf8')) as RecordingIndex;
}

/** Records while the documents go on to the store behind it. */
export class Recording {
  private readonly requests: Record<StoreName, RecordedRequest[]> = { elasticsearch: [], mongodb: [] };
  private readonly ends: Record<StoreName, number> = { elasticsearch: 0, mongodb: 0 };
  private readonly seen = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly files: Record<StoreName, FileHandle>,
  ) {}

  static async begin(folder: string): Promise<Recording> {
    const elasticsearch = await open(dataFile(folder, 'elasticsearch'), 'w');
    return new Recording(folder, { elasticsearch, mongodb: await open(dataFile(folder, 'mongodb'), 'w') });
  }

  around(documents: DocumentStore): DocumentStore {
    return {
      publish: async (target: Target, ticket: Ticket, outgoing: readonly OutgoingDocument[]): Promise<Published> => {
        await this.add(target.view, ticket, outgoing);
        return documents.publish(target, ticket, outgoing);
      },
    };
  }

  async end(): Promise<RecordingIndex> {
    await Promise.all([this.files.elasticsearch.close(), this.files.mongodb.close()]);
    const index: RecordingIndex = { requests: this.requests, distinctDocuments: this.seen.size };
    await writeFile(path.join(this.folder, 'index.json'), JSON.stringify(index));
    return index;
  }

  private async add(view: ViewName, ticket: Ticket, outgoing: readonly OutgoingDocument[]): Promise<void> {
    for (const { id } of outgoing) this.seen.add(`${view}/${id}`);
    const { store } = views[view].storage;
    const pieces = store === 'elasticsearch' ? bulkBodies(ticket, outgoing) : replacementLists(ticket, outgoing);
    for (const { text, documents } of pieces) {
      const bytes = Buffer.from(text);
      const offset = this.ends[store];
      this.ends[store] += bytes.length;
      this.requests[store].push({ view, ticket, documents, offset, bytes: bytes.length });
      // At a place of its own in the file, so that writes may go side by side.
      await this.files[store].write(bytes, 0, bytes.length, offset);
    }
  }
}

interface Piece {
  readonly text: string;
  readonly documents: number;
}

function* bulkBodies(ticket: number, outgoing: readonly OutgoingDocument[]): Generator<Piece> {
  let text = '';
  let documents = 0;
  for (const { id, stored } of outgoing) {
    const source = stored === null ? { [HIDDEN_FIELD]: true } : { ...stored, [HIDDEN_FIELD]: false };
    const action = { index: { _id: id, version: ticket, version_type: 'external' } };
    text += `${JSON.stringify(action)}\n${JSON.stringify(source)}\n`;
    documents += 1;
    if (text.length < BULK_CHARACTERS) continue;
    yield { text, documents };
    text = '';
    documents = 0;
  }
  if (documents > 0) yield { text, documents };
}

function* replacementLists(ticket: number, outgoing: readonly OutgoingDocument[]): Generator<Piece> {
  for (let from = 0; from < outgoing.length; from += REPLACEMENTS_PER_REQUEST) {
    const replacements = outgoing
      .slice(from, from + REPLACEMENTS_PER_REQUEST)
      .map(({ id, stored }) => ({ _id: id, [TICKET_FIELD]: ticket, [HIDDEN_FIELD]: stored === null, ...stored }));
    yield { text: JSON.stringify(replacements), documents: replacements.length };
  }
}
