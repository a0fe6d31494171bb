/**
 * The limit of a fan-out or a sweep: the very same documents, read beforehand, are written over a copy of theirs, in
 * requests of the projector's size, both stores side by side, two requests in flight each.
 */
import type { estypes } from '@elastic/elasticsearch';
import type { View } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../runtime/records.js';
import { BareStores, type Replacement, sendAll } from './bare-stores.js';
import { readTask, tell } from './program.js';
import type { Copy, RewriteTask } from './rewriting.js';

interface Source {
  readonly _id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Send = () => Promise<void>;

const PAGE_DOCUMENTS = 5000;
const FIRST_VERSION = 1;

const task = readTask<RewriteTask>();
const stores = await BareStores.open(task.addresses, task.namespace);
let documents = 0;
const writings = await Promise.all(task.copies.map(prepare));
tell({ at: 'begun' });
await Promise.all(writings.map((requests) => sendAll(requests, (send) => send())));
tell({ at: 'done', documents, asideSeconds: 0 });

/** What has been prepared when this resolves is not timed: reading, making the copy, serializing for Elasticsearch. */
async function prepare(copy: Copy): Promise<readonly Send[]> {
  const view: View = views[copy.view];
  const sources = view.storage.store === 'elasticsearch' ? await readIndex(copy.from) : await readCollection(copy.from);
  documents += sources.length;
  if (task.isFirst) {
    await stores.create(view, copy.to);
    await sendAll(requestsFor(copy, sources, FIRST_VERSION), (send) => send());
  }
  return requestsFor(copy, sources, task.version);
}

function requestsFor({ view, to, documentsPerRequest }: Copy, sources: readonly Source[], version: number): Send[] {
  const requests: Send[] = [];
  for (let from = 0; from < sources.length; from += documentsPerRequest) {
    const piece = sources.slice(from, from + documentsPerRequest);
    if (views[view].storage.store === 'elasticsearch') {
      const body = Buffer.from(bulkBody(piece, version));
      requests.push(() => stores.sendBulk(to, body));
    } else {
      const replacements = piece.map(
        ({ _id, fields }): Replacement => ({ _id, [TICKET_FIELD]: version, ...withoutTicket(fields) }),
      );
      requests.push(() => stores.sendReplacements(to, replacements));
    }
  }
  return requests;
}

function withoutTicket({ _id, [TICKET_FIELD]: _ticket, ...fields }: Source['fields']): Source['fields'] {
  return fields;
}

function bulkBody(piece: readonly Source[], version: number): string {
  return piece
    .map(({ _id, fields }) => {
      const action = { index: { _id, version, version_type: 'external' } };
      return `${JSON.stringify(action)}\n${JSON.stringify(fields)}\n`;
    })
    .join('');
}

async function readCollection(collection: string): Promise<Source[]> {
  const found = await stores.db
    .collection<{ _id: string }>(collection)
    .find({ [HIDDEN_FIELD]: false })
    .toArray();
  return found.map((fields) => ({ _id: fields._id, fields }));
}

async function readIndex(index: string): Promise<Source[]> {
  const { elasticsearch } = stores;
  await elasticsearch.indices.refresh({ index });
  const { id } = await elasticsearch.openPointInTime({ index, keep_alive: '5m' });
  const sources: Source[] = [];
  for (let last: number | null = null; ; ) {
    const { hits }: estypes.SearchResponse<Record<string, unknown>> = await elasticsearch.search({
      pit: { id, keep_alive: '5m' },
      size: PAGE_DOCUMENTS,
      query: { term: { [HIDDEN_FIELD]: false } },
      sort: [{ _shard_doc: 'asc' }],
      track_total_hits: false,
      ...(last === null ? {} : { search_after: [last] }),
    });
    for (const { _id, _source } of hits.hits) {
      if (_id !== undefined && _source !== undefined) sources.push({ _id, fields: _source });
    }
    if (hits.hits.length < PAGE_DOCUMENTS) break;
    last = Number(hits.hits.at(-1)?.sort?.[0]);
  }
  await elasticsearch.closePointInTime({ id });
  return sources;
}
