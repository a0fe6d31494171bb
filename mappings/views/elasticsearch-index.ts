/** The body with which a view's index is created; everyone who creates one uses this. */
import type { StoredDocument, View } from '../contract.js';
import { boolean, integer } from './elasticsearch-fields.js';

export interface IndexBody {
  readonly settings: StoredDocument;
  readonly mappings: { readonly dynamic: 'strict'; readonly properties: StoredDocument };
}

/**
 * `refresh_interval` is left alone on purpose: then Elasticsearch refreshes every second while somebody searches, and
 * while nobody does (a catch-up, a rebuild) only at the next search, which waits for it and so sees everything.
 *
 * One shard and no replica until an operator says otherwise. A document is its stored fields, the hidden mark, and its size
 * where that is large.
 * @throws TypeError when the view does not live in Elasticsearch.
 */
export function indexBody(view: View): IndexBody {
  if (view.storage.store !== 'elasticsearch') {
    throw new TypeError(`The view ${view.name} is stored in ${view.storage.store} and has no Elasticsearch index.`);
  }
  return {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      ...view.storage.settings,
    },
    mappings: { dynamic: 'strict', properties: { ...view.storage.properties, hidden: boolean, storedBytes: integer } },
  };
}
