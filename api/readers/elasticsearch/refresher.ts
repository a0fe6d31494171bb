/** Refreshes an index, so that its searches see what was written. The store's user needs the privilege `maintenance`. */
import { Client } from '@elastic/elasticsearch';
import { documentsIndex } from '../../../runtime/storage/names.js';
import type { DocumentSet, Refresher } from '../../ports/documents.js';
import { StoreUnavailable } from '../../ports/errors.js';
import { translateFailure } from './failures.js';
import type { ElasticsearchReaderSettings } from './reader.js';

export class ElasticsearchRefresher implements Refresher {
  readonly #client: Client;
  readonly #namespace: string;

  constructor({ url, namespace, requestTimeoutMs }: ElasticsearchReaderSettings) {
    this.#client = new Client({ node: url, requestTimeout: requestTimeoutMs, maxRetries: 1 });
    this.#namespace = namespace;
  }

  async refresh({ view, generation, revision }: DocumentSet): Promise<void> {
    const index = documentsIndex({ namespace: this.#namespace, generation }, view.name, revision);
    const failed = await this.#refresh(index);
    // A copy that was left out may be the one that answers the search.
    if (failed > 0) throw new StoreUnavailable('elasticsearch', { cause: new Error(`${index} was not refreshed.`) });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** @returns the copies of shards that could not be refreshed. */
  async #refresh(index: string): Promise<number> {
    try {
      const { _shards } = await this.#client.indices.refresh({ index });
      return _shards?.failed ?? 0;
    } catch (error) {
      throw translateFailure(error);
    }
  }
}
