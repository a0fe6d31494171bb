/** Keeps what the projector writes, request by request, so that the bare run can send the very same. */
import type { ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import type { DocumentStore, OutgoingDocument, Published, Ticket } from '../projector/ports.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../runtime/records.js';
import { BULK_BYTES, bulkLines, REPLACEMENTS_PER_REQUEST, RequestFiles } from './request-files.js';

/** Records while the documents go on to the store behind it. */
export class Recording {
  private readonly seen = new Set<string>();

  private constructor(private readonly files: RequestFiles) {}

  static async begin(folder: string): Promise<Recording> {
    return new Recording(await RequestFiles.begin(folder));
  }

  around(documents: DocumentStore): DocumentStore {
    return {
      publish: async (target, ticket, outgoing, signal): Promise<Published> => {
        const all = [...outgoing];
        await this.add(target.view, ticket, all);
        return documents.publish(target, ticket, all, signal);
      },
    };
  }

  /** @returns the number of distinct documents. */
  async end(): Promise<number> {
    await this.files.end();
    return this.seen.size;
  }

  private async add(view: ViewName, ticket: Ticket, outgoing: readonly OutgoingDocument[]): Promise<void> {
    for (const { id } of outgoing) this.seen.add(`${view}/${id}`);
    const { store } = views[view].storage;
    const pieces = store === 'elasticsearch' ? bulkBodies(ticket, outgoing) : replacementLists(ticket, outgoing);
    for (const { text, documents } of pieces) await this.files.add(store, view, documents, text);
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
    text += bulkLines(id, ticket, JSON.stringify(source));
    documents += 1;
    if (text.length < BULK_BYTES) continue;
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
