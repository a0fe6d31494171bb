/** Keeps the documents of a generation as they are, in requests as the projector makes them, for the bare run. */
import { views } from '../mappings/registry.js';
import type { DocumentScan, ScannedDocument } from '../projector/ports.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../runtime/records.js';
import { BULK_BYTES, bulkLines, REPLACEMENTS_PER_REQUEST, RequestFiles } from './request-files.js';

const VERSION = 1;

/** @returns the number of documents. */
export async function recordFinalDocuments(documents: DocumentScan, folder: string): Promise<number> {
  const files = await RequestFiles.begin(folder);
  let count = 0;
  for (const { name, storage } of Object.values(views)) {
    let gathered: string[] = [];
    let bytes = 0;
    const flush = async () => {
      const text = storage.store === 'elasticsearch' ? gathered.join('') : `[${gathered.join(',')}]`;
      if (gathered.length > 0) await files.add(storage.store, name, gathered.length, text);
      gathered = [];
      bytes = 0;
    };
    for await (const page of documents.pages({ view: name, revision: 1 }, REPLACEMENTS_PER_REQUEST)) {
      for (const document of page) {
        const text = storage.store === 'elasticsearch' ? bulkText(document) : replacementText(document);
        gathered.push(text);
        bytes += text.length;
        count += 1;
        if (storage.store === 'elasticsearch' && bytes >= BULK_BYTES) await flush();
        if (gathered.length === REPLACEMENTS_PER_REQUEST && storage.store === 'mongodb') await flush();
      }
    }
    await flush();
  }
  await files.end();
  return count;
}

function bulkText({ id, stored }: ScannedDocument): string {
  return bulkLines(id, VERSION, JSON.stringify({ ...stored, [HIDDEN_FIELD]: stored === null }));
}

function replacementText({ id, stored }: ScannedDocument): string {
  return JSON.stringify({ _id: id, [TICKET_FIELD]: VERSION, [HIDDEN_FIELD]: stored === null, ...stored });
}
