import { views } from '../../mappings/registry.js';
import type { DocumentScan, DocumentStore } from '../ports/documents.js';

/** Sends each view's documents to the store that the view declares. */
export function documentStoreByView(stores: {
  readonly elasticsearch: DocumentStore;
  readonly mongodb: DocumentStore;
}): DocumentStore {
  return {
    publish: (target, ticket, documents, signal) =>
      stores[views[target.view].storage.store].publish(target, ticket, documents, signal),
  };
}

/** Reads each view's documents in the store that the view declares. */
export function documentScanByView(stores: {
  readonly elasticsearch: DocumentScan;
  readonly mongodb: DocumentScan;
}): DocumentScan {
  return {
    pages: (target, pageDocumentsMax) => stores[views[target.view].storage.store].pages(target, pageDocumentsMax),
    ids: (target, pageIdsMax) => stores[views[target.view].storage.store].ids(target, pageIdsMax),
    read: (target, ids) => stores[views[target.view].storage.store].read(target, ids),
    tickets: (target, ids) => stores[views[target.view].storage.store].tickets(target, ids),
  };
}
