/** Readers over the real Elasticsearch, for the contract suites. */
import { Client } from '@elastic/elasticsearch';
import { inject } from 'vitest';
import { ElasticsearchReader } from '../../../../api/readers/elasticsearch/reader.js';
import { indexBody } from '../../../../mappings/views/elasticsearch-index.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import type { ReaderHarness } from '../harness.js';

export async function openElasticsearch(name = 'readers'): Promise<ReaderHarness> {
  const namespace = `api-${name}-${process.pid}`;
  const url = inject('ELASTICSEARCH_URL');
  const reader = new ElasticsearchReader({ url, namespace, requestTimeoutMs: 10_000 });
  const client = new Client({ node: url });
  const indexes: string[] = [];
  const write: ReaderHarness['write'] = async ({ view, generation, revision }, stored) => {
    const operations = stored.flatMap(([id, document]) => [
      { index: { _id: id } },
      document === null ? { hidden: true } : { ...document, hidden: false },
    ]);
    const index = documentsIndex({ namespace, generation }, view.name, revision);
    const { errors, items } = await client.bulk({ index, operations, refresh: true });
    if (errors) throw new Error(JSON.stringify(items.find((item) => item.index?.error !== undefined)));
  };
  return {
    reader,
    async fill(documents, stored) {
      const { view, generation, revision } = documents;
      const index = documentsIndex({ namespace, generation }, view.name, revision);
      indexes.push(index);
      await client.indices.create({ index, ...(indexBody(view) as object) });
      await write(documents, stored);
    },
    write,
    async close() {
      if (indexes.length > 0) await client.indices.delete({ index: indexes });
      await Promise.all([client.close(), reader.close()]);
    },
  };
}
