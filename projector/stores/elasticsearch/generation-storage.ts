import { type Client, errors } from '@elastic/elasticsearch';
import type { View } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { documentsIndex } from '../../../runtime/names.js';
import type { GenerationRecord } from '../../../runtime/records.js';
import type { GenerationStorage, GenerationTraces } from '../../generations/generation.js';
import { withElasticsearch } from './connection.js';
import { writeAliasOf } from './write-alias.js';

export class ElasticsearchGenerationStorage implements GenerationStorage, GenerationTraces {
  constructor(
    private readonly client: Client,
    private readonly namespace: string,
  ) {}

  async create(generation: GenerationRecord): Promise<void> {
    for (const view of this.views()) {
      const index = this.indexOf(view, generation);
      try {
        await withElasticsearch(`create the index ${index}`, () =>
          this.client.indices.create({ index, ...indexBody(view), aliases: { [writeAliasOf(index)]: {} } }),
        );
      } catch (error) {
        const exists =
          error instanceof errors.ResponseError && error.message.includes('resource_already_exists_exception');
        if (!exists) throw error;
      }
    }
  }

  async missing(generation: GenerationRecord): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const view of this.views()) {
      const index = this.indexOf(view, generation);
      const complete = await withElasticsearch(`look for the index ${index}`, () =>
        this.client.indices.existsAlias({ index, name: writeAliasOf(index) }),
      );
      if (!complete) missing.push(`the index ${index} in Elasticsearch`);
    }
    return missing;
  }

  async numbers(): Promise<readonly number[]> {
    const found = await withElasticsearch('list indexes', () =>
      this.client.indices.get({ index: `${this.namespace}-g*`, filter_path: '*.settings.index.uuid' }),
    );
    const pattern = new RegExp(`^${this.namespace}-g(\\d+)-`);
    return Object.keys(found)
      .flatMap((name) => pattern.exec(name)?.[1] ?? [])
      .map(Number);
  }

  private views(): View[] {
    return Object.values(views).filter(({ storage }) => storage.store === 'elasticsearch');
  }

  private indexOf({ name }: View, { number, revisions }: GenerationRecord): string {
    return documentsIndex({ namespace: this.namespace, generation: number }, name, revisions[name]);
  }
}
