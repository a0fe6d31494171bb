/** A generation that is stopped before it has begun ends in order: what it waits for cannot be interrupted. */
import { afterEach, expect, it } from 'vitest';
import { type Connections, openConnections } from '../../../projector/composition/connections.js';
import { composeGeneration } from '../../../projector/composition/generation.js';
import { projectorSettings } from '../../../projector/composition/settings.js';
import { MongoRegistry } from '../../../projector/stores/mongodb/registry.js';
import { createLog } from '../../../runtime/log.js';
import { readSettings } from '../../../runtime/settings.js';
import { generationRecord } from '../stores/generation-record.js';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';
const silent = createLog('test', 'silent');
let servers: Connections;

afterEach(() => servers.close());

/** Kafka says nothing until `answer`. */
function preparing() {
  const settings = readSettings(projectorSettings, {
    KAFKA_BROKERS: NOWHERE,
    ELASTICSEARCH_URL: `http://${NOWHERE}`,
    MONGODB_URL: `mongodb://${NOWHERE}`,
    CHANGES: 'on',
  });
  servers = openConnections(settings, silent);
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let answer: (topics: string[]) => void = () => {};
  const { admin } = servers;
  admin.listTopics = () => {
    asked();
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  admin.createTopics = async () => true;
  admin.fetchTopicOffsets = async () => [];
  admin.describeConfigs = async () => ({ resources: [], throttleTime: 0 });
  const generation = composeGeneration(
    {
      ...{ ...servers, settings, topics: new Map(), log: silent },
      registry: new MongoRegistry(servers.db),
      isLiveBusy: () => false,
      onErasure: () => {},
    },
    generationRecord(1),
  );
  return { generation, isAsked, answer: (topics: string[]) => answer(topics) };
}

it('while Kafka says nothing', async () => {
  const { generation, isAsked } = preparing();
  const running = generation.run();
  await isAsked;
  await generation.stop();
  await expect(running).resolves.toBeUndefined();
});

it('also when Kafka answers at that very moment', async () => {
  const { generation, isAsked, answer } = preparing();
  const running = generation.run();
  await isAsked;
  answer([]);
  await generation.stop();
  await expect(running).resolves.toBeUndefined();
});

it('also when it is asked to before', async () => {
  const { generation } = preparing();
  await generation.stop();
  await expect(generation.run()).resolves.toBeUndefined();
});
