/** The store of documents in Elasticsearch keeps the contract of its port. */
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { ElasticsearchDocumentScan } from '../../../../projector/stores/elasticsearch/document-scan.js';
import { ElasticsearchDocumentStore } from '../../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { RefusedDocuments } from '../../../../projector/stores/mongodb/refused.js';
import { documentsIndex, refusedCollection } from '../../../../runtime/storage/names.js';
import { documentStoreSuite, type Stored } from '../document-store.suite.js';
import { generationsFor } from '../generations.js';

const open = generationsFor('elastic-documents', ({ elasticsearch, namespace }, record) =>
  new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record),
);

async function openStore() {
  const { servers, number } = await open();
  const { db, elasticsearch, namespace } = servers;
  const names = { namespace, generation: number };
  const store = new ElasticsearchDocumentStore(elasticsearch, names, new RefusedDocuments(db, number));
  const scan = new ElasticsearchDocumentScan(elasticsearch, names);
  return { store, scan, db, elasticsearch, number, index: documentsIndex(names, 'orders', 1) };
}

documentStoreSuite(async () => {
  const { store, scan, db, elasticsearch, number, index } = await openStore();
  return {
    store,
    scan,
    target: { view: 'orders', revision: 1 },
    document: (id, total) => ({
      ...{ orderId: id, status: 'paid', total, customer: { customerId: id, name: '王芳' }, city: null },
      ...{ lines: [{ lineId: '1', productId: id, quantity: total }], sources: [[`orders/${id}`, total]] },
    }),
    unfit: (id) => ({ orderId: id, total: 'not a number' }),
    async read(ids) {
      const { docs } = await elasticsearch.mget<{ hidden: boolean }>({ index, ids: [...ids] });
      return new Map(
        docs.flatMap((document): [string, Stored][] => {
          if (!('found' in document) || !document.found || document._source === undefined) return [];
          const { hidden, ...stored } = document._source;
          return [[document._id, { ticket: document._version ?? 0, stored: hidden ? null : stored }]];
        }),
      );
    },
    refused: () =>
      db
        .collection(refusedCollection(number))
        .find()
        .map(({ id, ticket, reason }) => ({ id: String(id), ticket: Number(ticket), reason: String(reason) }))
        .toArray(),
  };
});

describe('the store of documents in Elasticsearch', () => {
  it('stops when the index is gone, and creates none by itself', async () => {
    const { store, elasticsearch, index } = await openStore();
    await elasticsearch.indices.delete({ index });
    const publishing = store.publish({ view: 'orders', revision: 1 }, 1 as Ticket, [
      { id: 'o-1', stored: { orderId: 'o-1' } },
    ]);
    await expect(publishing).rejects.toThrow(/is gone: Elasticsearch lost data/);
    expect(await elasticsearch.indices.exists({ index })).toBe(false);
  });
});
