/** A generation that fails again and again, on real servers: however often it was started, there is one of everything. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { composeGeneration, type RunningGeneration } from '../../../projector/composition/generation.js';
import { projectorSettings } from '../../../projector/composition/settings.js';
import { openGeneration } from '../../../projector/generations/generation.js';
import { GenerationSupervisor } from '../../../projector/generations/supervisor.js';
import { connectKafka, createProducer } from '../../../projector/kafka/client.js';
import { prepareTopics } from '../../../projector/kafka/topics.js';
import { connectElasticsearch } from '../../../projector/stores/elasticsearch/connection.js';
import { ElasticsearchGenerationStorage } from '../../../projector/stores/elasticsearch/generation-storage.js';
import { MongoGenerationStorage } from '../../../projector/stores/mongodb/generation-storage.js';
import { MongoRegistry } from '../../../projector/stores/mongodb/registry.js';
import { createLog } from '../../../runtime/log.js';
import { readSettings } from '../../../runtime/settings.js';
import { consumerGroup } from '../../../runtime/storage/names.js';
import { openNamespace, type RealServers } from '../../real-servers.js';
import { until } from '../../until.js';

const FAILURES = 4;
const GENERATION = 2;
const silent = createLog('test', 'silent');
let servers: RealServers;

beforeAll(async () => {
  servers = await openNamespace('restarts');
});

afterAll(() => servers.remove());

/** Timers that repeat and were not cleared: those that the projector itself has set, and all. */
function countIntervals(): () => { own: number; all: number } {
  const living = new Map<unknown, boolean>();
  const { setInterval: begin, clearInterval: end } = globalThis;
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((...given: Parameters<typeof setInterval>) => {
    const timer = begin(...given);
    living.set(timer, new Error('where').stack?.includes('/projector/kafka/') ?? false);
    return timer;
  }) as typeof setInterval);
  vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
    living.delete(timer);
    end(timer);
  });
  return () => ({ own: [...living.values()].filter((own) => own).length, all: living.size });
}

it('has one consumer, one set of timers and of loops after any number of failures, and none when stopped', async () => {
  const { db, namespace, topics } = servers;
  const intervals = countIntervals();
  const settings = readSettings(projectorSettings, { NAMESPACE: namespace, SESSION_TIMEOUT_MS: '6000' });
  const kafka = connectKafka(inject('KAFKA_BROKERS').split(','), namespace, silent);
  const elasticsearch = connectElasticsearch(inject('ELASTICSEARCH_URL'), 10_000);
  const admin = kafka.admin();
  const producer = createProducer(kafka);
  await Promise.all([admin.connect(), producer.connect()]);
  const creation = { create: true, partitions: 2, replicas: 1 };
  await prepareTopics(admin, Object.values(topics), [], creation, silent);

  const registry = new MongoRegistry(db);
  const storages = [new MongoGenerationStorage(db), new ElasticsearchGenerationStorage(elasticsearch, namespace)];
  const derivation = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
  const first = await openGeneration({ registry, traces: [], storages, log: silent }, derivation, { startNew: false });
  const failing = { ...first, number: GENERATION };
  await registry.update((known) => ({ ...known, generations: [...known.generations, failing] }));
  await Promise.all(storages.map((storage) => storage.create(failing)));
  await elasticsearch.indices.delete({ index: `${namespace}-g${GENERATION}-products-r1` });
  const data = { name: 'Pen', category: 'pens', price: 1, currency: 'CNY' };
  const event = { specversion: '1.0', id: 'e-1', source: '/test', type: 'product.created', subject: 'p-1', data };
  const value = JSON.stringify({ ...event, time: '2026-11-20T10:00:00Z', sequence: '1' });
  await producer.send({ topic: topics.products, messages: [{ key: 'p-1', value }] });
  const before = intervals();

  const composed: RunningGeneration[] = [];
  const ended: RunningGeneration[] = [];
  const supervisor = new GenerationSupervisor<RunningGeneration>({
    registry,
    compose: (record) => {
      expect(composed).toHaveLength(ended.length);
      const around = { settings, db, elasticsearch, kafka, admin, producer, registry, log: silent };
      const aggregates = new Map([[topics.products, 'products' as const]]);
      const clock = { now: Date.now };
      const alone = { isLiveBusy: () => false, onErasure: () => {} };
      const generation = composeGeneration({ ...around, ...alone, clock, topics: aggregates }, record);
      composed.push(generation);
      return new Proxy(generation, {
        get: (whole, name) =>
          name === 'run' ? () => whole.run().finally(() => ended.push(generation)) : Reflect.get(whole, name, whole),
      });
    },
    isOwn: ({ number }) => number === GENERATION,
    // The rest after a failure is counted in looks.
    sleep: () => setTimeout(5),
    log: silent,
  });
  const running = supervisor.run();
  await until('the failures', async () => ended.length >= FAILURES, 60_000);
  await Promise.all(storages.map((storage) => storage.create(failing)));
  const isDurable = async () => (await db.collection(`g${GENERATION}_positions`).countDocuments()) > 0;
  await until('the event to be durable', isDurable, 60_000);

  const members = async () => {
    const { groups } = await admin.describeGroups([consumerGroup({ namespace, generation: GENERATION })]);
    return groups[0]?.members.length;
  };
  expect(composed.length - ended.length).toBe(1);
  expect(await members()).toBe(1);
  // The group's offsets, the watchdog and the signs of life.
  expect(intervals().own).toBe(3);

  await supervisor.stop();
  await running;
  expect(ended).toHaveLength(composed.length);
  expect(await members()).toBe(0);
  expect(intervals()).toEqual(before);
  await Promise.all([admin.disconnect(), producer.disconnect(), elasticsearch.close()]);
}, 120_000);
