/** Large documents are stored with their size, so that the API knows how large a page is before it asks for it. */
import { afterAll, describe, expect, inject, it } from 'vitest';
import { ElasticsearchReader } from '../../../../api/readers/elasticsearch/reader.js';
import { views } from '../../../../mappings/registry.js';
import { indexBody } from '../../../../mappings/views/elasticsearch-index.js';
import type { OutgoingDocument } from '../../../../projector/ports/documents.js';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { ElasticsearchDocumentScan } from '../../../../projector/stores/elasticsearch/document-scan.js';
import { ElasticsearchDocumentStore } from '../../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import { LARGE_DOCUMENT_CHARACTERS, STORED_BYTES_FIELD } from '../../../../runtime/storage/records.js';
import { accepted } from '../../../api/asking.js';
import { order as orderDocument, orderLine } from '../../../api/documents.js';
import { generationsFor } from '../generations.js';

const TARGET = { view: 'orders', revision: 1 } as const;
const open = generationsFor('elastic-sizes', ({ elasticsearch, namespace }, record) =>
  new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record),
);
const readers: ElasticsearchReader[] = [];
afterAll(() => Promise.all(readers.map((reader) => reader.close())));

async function opened() {
  const { servers, number } = await open();
  const { elasticsearch, namespace } = servers;
  const names = { namespace, generation: number };
  const reader = new ElasticsearchReader({ url: inject('ELASTICSEARCH_URL'), namespace, requestTimeoutMs: 10_000 });
  readers.push(reader);
  const documents = { view: views.orders, generation: number, revision: 1 };
  const { signal } = new AbortController();
  return {
    elasticsearch,
    index: documentsIndex(names, TARGET.view, TARGET.revision),
    store: new ElasticsearchDocumentStore(elasticsearch, names, { record: async () => {} }),
    scan: new ElasticsearchDocumentScan(elasticsearch, names),
    largest: () => reader.largest(documents),
    bytesOf: (queryString: string) => reader.bytesOf(documents, accepted('orders', queryString).query, { signal }),
  };
}

const order = (orderId: string, name: string): OutgoingDocument => ({
  id: orderId,
  stored: views.orders.toStored(orderDocument(orderId, { lines: [orderLine({ name })] }), {
    businessTimeZone: 'UTC',
    reportingCurrency: 'CNY',
  }),
});
const small = order('o-small', '商'.repeat(10));
const large = order('o-large', '商'.repeat(LARGE_DOCUMENT_CHARACTERS));
const larger = order('o-larger', `"${'x'.repeat(100_000)}`);
const bytesOf = ({ stored }: OutgoingDocument) => {
  const { search: _search, keys: _keys, ...read } = stored ?? {};
  return Buffer.byteLength(JSON.stringify(read));
};

describe('the size of a document', () => {
  it('is stored with large ones only, and is no part of their content', async () => {
    const { store, scan, elasticsearch, index } = await opened();
    await store.publish(TARGET, 1 as Ticket, [small, large, { id: 'o-gone', stored: null }]);
    const ids = ['o-small', 'o-large', 'o-gone'];
    const { docs } = await elasticsearch.mget<Record<string, unknown>>({ index, ids });
    const sizes = docs.map((found) => ('_source' in found ? found._source?.[STORED_BYTES_FIELD] : 'not found'));
    expect(sizes).toEqual([undefined, expect.any(Number), undefined]);
    // But for the mark, and the commas and braces around what is left out.
    expect(sizes[1]).toEqual(expect.closeTo(bytesOf(large), -2));
    const scanned = await scan.read(TARGET, ids);
    expect(ids.map((id) => scanned.get(id)?.stored)).toEqual([small.stored, large.stored, null]);
  });

  it('tells the API how large a page is, without its documents', async () => {
    const { store, elasticsearch, index, largest, bytesOf: pageBytes } = await opened();
    expect(await largest()).toBe(0);
    expect(await pageBytes('')).toBe(0);
    await store.publish(TARGET, 1 as Ticket, [small, large, larger]);
    await elasticsearch.indices.refresh({ index });
    const near = (bytes: number) => expect.closeTo(bytes, -2);
    expect(await largest()).toEqual(near(bytesOf(larger)));
    expect(await pageBytes('size=10')).toEqual(near(bytesOf(large) + bytesOf(larger)));
    expect(await pageBytes('status=paid&size=10&total=exact&facets=status')).toEqual(
      near(bytesOf(large) + bytesOf(larger)),
    );
    expect(await pageBytes('status=shipped')).toBe(0);
  });

  it('is taken by an index that a former version created', async () => {
    const { store, elasticsearch, index, largest } = await opened();
    await elasticsearch.indices.delete({ index });
    const { settings, mappings } = indexBody(views.orders);
    const { [STORED_BYTES_FIELD]: _, ...properties } = mappings.properties;
    const former = { settings, mappings: { dynamic: 'strict', properties } } as object;
    await elasticsearch.indices.create({ index, ...former, aliases: { [`${index}-writes`]: {} } });
    expect(await store.publish(TARGET, 1 as Ticket, [large])).toMatchObject({ written: 1, refused: 0 });
    await elasticsearch.indices.refresh({ index });
    expect(await largest()).toBeGreaterThan(LARGE_DOCUMENT_CHARACTERS);
  });
});
