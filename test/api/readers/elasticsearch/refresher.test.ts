import { Client } from '@elastic/elasticsearch';
import { describe, expect, inject, it } from 'vitest';
import type { DocumentSet } from '../../../../api/ports/documents.js';
import { NotReady, StoreUnavailable } from '../../../../api/ports/errors.js';
import { ElasticsearchRefresher } from '../../../../api/readers/elasticsearch/refresher.js';
import { views } from '../../../../mappings/registry.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';

const namespace = `api-refresher-${process.pid}`;
const documents: DocumentSet = { view: views.orders, generation: 3, revision: 2 };

describe('a refresh', () => {
  it('makes searches see what was written before it', async () => {
    const url = inject('ELASTICSEARCH_URL');
    const client = new Client({ node: url });
    const refresher = new ElasticsearchRefresher({ url, namespace, requestTimeoutMs: 10_000 });
    const index = documentsIndex({ namespace, generation: 3 }, 'orders', 2);
    // By itself it would never be refreshed.
    await client.indices.create({ index, settings: { refresh_interval: '-1', number_of_replicas: 0 } });
    for (let written = 1; written <= 20; written += 1) {
      await client.index({ index, id: String(written), document: { written } });
      await refresher.refresh(documents);
      expect((await client.count({ index })).count).toBe(written);
    }
    await client.indices.delete({ index });
    await Promise.all([client.close(), refresher.close()]);
  });

  it('of an index that is not there is not ready', async () => {
    const refresher = new ElasticsearchRefresher({
      ...{ url: inject('ELASTICSEARCH_URL'), requestTimeoutMs: 10_000 },
      namespace: `${namespace}-none`,
    });
    await expect(refresher.refresh(documents)).rejects.toThrow(NotReady);
    await refresher.close();
  });

  it('of a store that does not answer says so', async () => {
    const refresher = new ElasticsearchRefresher({ url: 'http://127.0.0.1:1', namespace, requestTimeoutMs: 300 });
    await expect(refresher.refresh(documents)).rejects.toThrow(StoreUnavailable);
    await refresher.close();
  });
});
