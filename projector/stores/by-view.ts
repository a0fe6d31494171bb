import { views } from '../../mappings/registry.js';
import type { DocumentStore } from '../ports.js';

/** Sends each view's documents to the store that the view declares. */
export function documentStoreByView(stores: {
  readonly elasticsearch: DocumentStore;
  readonly mongodb: DocumentStore;
}): DocumentStore {
  return {
    publish: (target, ticket, documents) => stores[views[target.view].storage.store].publish(target, ticket, documents),
  };
}
