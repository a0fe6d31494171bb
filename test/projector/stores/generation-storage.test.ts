/** What a generation consists of in the real stores: it is complete once created, and what is gone is named. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GenerationStorage, GenerationTraces } from '../../../projector/ports/generations.js';
import { ElasticsearchGenerationStorage } from '../../../projector/stores/elasticsearch/generation-storage.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { documentsIndex, ticketsCollection } from '../../../runtime/storage/names.js';
import { generationRecord } from './generation-record.js';
import { generationsFor } from './generations.js';

const open = generationsFor('generation-storage', async () => {});
let storages: Record<'MongoDB' | 'Elasticsearch', GenerationStorage & GenerationTraces>;

beforeAll(async () => {
  const { servers } = await open();
  storages = {
    MongoDB: new MongoGenerationStorage(servers.db),
    Elasticsearch: new ElasticsearchGenerationStorage(servers.elasticsearch, servers.namespace),
  };
});

describe.each(['MongoDB', 'Elasticsearch'] as const)('a generation in %s', (store) => {
  it('is incomplete until it is created, then complete, also when created again and side by side', async () => {
    const storage = storages[store];
    expect(await storage.missing(generationRecord(3))).not.toEqual([]);
    expect(await storage.numbers()).toEqual([]);
    await Promise.all([storage.create(generationRecord(3)), storage.create(generationRecord(3))]);
    await storage.create(generationRecord(3));
    expect(await storage.missing(generationRecord(3))).toEqual([]);
  });

  it('leaves traces of its number', async () => {
    await storages[store].create(generationRecord(12));
    expect([...new Set(await storages[store].numbers())].sort((a, b) => a - b)).toEqual([3, 12]);
  });
});

describe('what is gone of a generation', () => {
  it('is named', async () => {
    const { servers } = await open();
    const { db, elasticsearch, namespace } = servers;
    const index = documentsIndex({ namespace, generation: 3 }, 'products', 1);
    await elasticsearch.indices.delete({ index });
    expect(await storages.Elasticsearch.missing(generationRecord(3))).toEqual([`the index ${index} in Elasticsearch`]);
    await db.collection(ticketsCollection(3)).drop();
    expect(await storages.MongoDB.missing(generationRecord(3))).toEqual(['the ticket counter (g3_tickets) in MongoDB']);
  });
});
