import { describe, expect, it } from 'vitest';
import { views } from '../../../../mappings/registry.js';
import { mappingDrift } from '../../../../projector/stores/elasticsearch/examination.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import { generationsFor } from '../generations.js';

const nextGeneration = generationsFor('drift', async ({ elasticsearch, namespace }, record) => {
  await new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record);
});

describe('the drift of mappings', () => {
  it('is none in indexes as they were created', async () => {
    const { servers, record } = await nextGeneration();
    expect(await mappingDrift(servers.elasticsearch, servers.namespace, record)).toEqual([]);
  });

  it('is what somebody else has changed', async () => {
    const { servers, record, number } = await nextGeneration();
    const { elasticsearch, namespace } = servers;
    const index = documentsIndex({ namespace, generation: number }, views.orders.name, 1);
    await elasticsearch.indices.putMapping({
      ...{ index, dynamic: true },
      properties: { note: { type: 'keyword' } },
    });
    await elasticsearch.indices.create({ index: `${namespace}-other`, aliases: { [`${index}-writes`]: {} } });
    expect(await mappingDrift(elasticsearch, namespace, record)).toEqual([
      `${index}: dynamic is true`,
      `${index}.note is not declared`,
      `${index}-writes also names ${namespace}-other`,
    ]);
  });
});
