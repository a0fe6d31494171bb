import { type Client, errors } from '@elastic/elasticsearch';
import type { View } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { documentsIndex } from '../../../runtime/storage/names.js';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
import type { GenerationStorage, GenerationTraces } from '../../ports/generations.js';
import { withElasticsearch } from './connection.js';
import { writeAliasOf } from './write-alias.js';

/** Of a generation, behind the beginning of the name that all of its indexes share. */
const NUMBER = /^(\d+)-/;

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

  /** Nobody searches yet: segments become visible when everything is there. */
  async prepareForBulk(generation: GenerationRecord): Promise<void> {
    await this.settings(generation, { refresh_interval: '-1' });
  }

  async prepareForReading(generation: GenerationRecord): Promise<void> {
    await this.settings(generation, { refresh_interval: null });
    await this.refresh(generation);
  }

  /** Everything written so far is found by searches when it resolves. */
  async refresh(generation: GenerationRecord): Promise<void> {
    const index = this.views().map((view) => this.indexOf(view, generation));
    await withElasticsearch(`refresh ${index.join(', ')}`, () => this.client.indices.refresh({ index }));
  }

  async drop({ number }: Pick<GenerationRecord, 'number'>): Promise<void> {
    const prefix = `${this.namespace}-g${number}-`;
    const found = await withElasticsearch('list indexes', () =>
      this.client.indices.get({ index: `${prefix}*`, filter_path: '*.settings.index.uuid' }),
    );
    const indexes = Object.keys(found).filter((name) => name.startsWith(prefix));
    if (indexes.length === 0) return;
    await withElasticsearch(`drop ${indexes.join(', ')}`, () => this.client.indices.delete({ index: indexes }));
  }

  async numbers(): Promise<readonly number[]> {
    const found = await withElasticsearch('list indexes', () =>
      this.client.indices.get({ index: `${this.namespace}-g*`, filter_path: '*.settings.index.uuid' }),
    );
    const prefix = `${this.namespace}-g`;
    return Object.keys(found)
      .filter((name) => name.startsWith(prefix))
      .flatMap((name) => NUMBER.exec(name.slice(prefix.length))?.[1] ?? [])
      .map(Number);
  }

  private async settings(generation: GenerationRecord, settings: { refresh_interval: string | null }): Promise<void> {
    for (const view of this.views()) {
      const index = this.indexOf(view, generation);
      await withElasticsearch(`change the settings of ${index}`, () =>
        // `null` gives the default back; the client's types know no `null` here.
        this.client.indices.putSettings({ index, settings: settings as { refresh_interval: string } }),
      );
    }
  }

  private views(): View[] {
    return Object.values(views).filter(({ storage }) => storage.store === 'elasticsearch');
  }

  private indexOf({ name }: View, { number, revisions }: GenerationRecord): string {
    return documentsIndex({ namespace: this.namespace, generation: number }, name, revisions[name]);
  }
}
