/** Deleted documents stay deleted: Elasticsearch must not forget their tickets, neither in time nor on a restart. */
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { ElasticsearchDocumentStore } from '../../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import { until } from '../../../until.js';
import { generationsFor } from '../generations.js';

const TARGET = { view: 'orders', revision: 1 } as const;
const open = generationsFor('elastic-tombstones', ({ elasticsearch, namespace }, record) =>
  new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record),
);

async function opened() {
  const { servers, number } = await open();
  const { elasticsearch } = servers;
  const names = { namespace: servers.namespace, generation: number };
  const refuseNone = async (refused: readonly unknown[]) => expect(refused).toEqual([]);
  const store = new ElasticsearchDocumentStore(elasticsearch, names, { record: refuseNone });
  const index = documentsIndex(names, TARGET.view, TARGET.revision);
  const visible = (id: string, total: number) => ({ id, stored: { orderId: id, total } });
  return {
    elasticsearch,
    index,
    publish: (ticket: number, id: string) => store.publish(TARGET, ticket as Ticket, [visible(id, ticket)]),
    remove: (ticket: number, id: string) => store.publish(TARGET, ticket as Ticket, [{ id, stored: null }]),
    async read(id: string) {
      const { _version, _source } = await elasticsearch.get<{ hidden: boolean; total?: number }>({ index, id });
      return { ticket: _version, ..._source };
    },
  };
}

const SUPERSEDED = { written: 0, superseded: 1, refused: 0 };
const WRITTEN = { written: 1, superseded: 0, refused: 0 };

describe('a deleted document', () => {
  it('is not brought back by a late write after index.gc_deletes', async () => {
    const { elasticsearch, index, publish, remove, read } = await opened();
    await elasticsearch.indices.putSettings({ index, settings: { 'index.gc_deletes': '1s' } });
    await publish(1, 'o-1');
    await remove(5, 'o-1');
    // What would have happened: this one is deleted outright, and comes back when its version is forgotten.
    const control = { index, id: 'o-control', version_type: 'external' } as const;
    await elasticsearch.index({ ...control, version: 1, document: { orderId: 'o-control' } });
    await elasticsearch.delete({ ...control, version: 5 });
    await until('Elasticsearch to forget the version of what was deleted', async () => {
      await elasticsearch.indices.refresh({ index });
      const late = { ...control, version: 4, document: { orderId: 'o-control' } };
      return elasticsearch.index(late).then(() => true);
    });
    expect(await publish(4, 'o-1')).toEqual(SUPERSEDED);
    expect(await read('o-1')).toEqual({ ticket: 5, hidden: true });
    expect(await publish(6, 'o-1')).toEqual(WRITTEN);
  });

  it('is not brought back by a late write after its shard was read from disk again, as after a restart', async () => {
    const { elasticsearch, index, publish, remove, read } = await opened();
    await publish(1, 'o-gone');
    await remove(5, 'o-gone');
    await publish(7, 'o-there');
    await elasticsearch.indices.flush({ index });
    // Not flushed: this one is in the translog only.
    await remove(8, 'o-gone-later');
    await elasticsearch.indices.close({ index });
    await elasticsearch.indices.open({ index });
    await elasticsearch.cluster.health({ index, wait_for_status: 'yellow', timeout: '30s' });
    for (const [ticket, id] of [
      [4, 'o-gone'],
      [5, 'o-gone'],
      [6, 'o-there'],
      [7, 'o-gone-later'],
    ] as const) {
      expect(await publish(ticket, id), id).toEqual(SUPERSEDED);
    }
    expect(await read('o-gone')).toEqual({ ticket: 5, hidden: true });
    expect(await read('o-gone-later')).toEqual({ ticket: 8, hidden: true });
    expect(await read('o-there')).toMatchObject({ ticket: 7, hidden: false, total: 7 });
    expect(await publish(9, 'o-gone')).toEqual(WRITTEN);
  });
});
