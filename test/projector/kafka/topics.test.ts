import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareTopics, type TopicSettings } from '../../../projector/kafka/topics.js';
import { createLog } from '../../../runtime/log.js';
import { openNamespace, type RealServers } from '../../real-servers.js';

const CREATE: TopicSettings = { create: true, partitions: 3, replicas: 1 };
const log = createLog('test', 'silent');
let servers: RealServers;
let admin: Admin;
let opened = 0;
const topics: string[] = [];

beforeAll(async () => {
  servers = await openNamespace('kafka-topics');
  admin = servers.kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin.deleteTopics({ topics });
  await admin.disconnect();
  await servers.remove();
});

function newName(): string {
  opened += 1;
  return `${servers.namespace}.t${opened}`;
}

async function partitionsOf(topic: string): Promise<number> {
  return (await admin.fetchTopicOffsets(topic)).length;
}

describe('preparing the topics', () => {
  it('creates what is absent, usable at once, though several processes do so at a time', async () => {
    const [source, own] = [newName(), newName()];
    topics.push(source, own);
    await Promise.all([1, 2, 3].map(() => prepareTopics(admin, [source], [own], CREATE, log)));
    expect(await partitionsOf(source)).toBe(3);
    expect(await partitionsOf(own)).toBe(1);
  });

  it('leaves what is there as it is', async () => {
    const source = newName();
    topics.push(source);
    await prepareTopics(admin, [source], [], CREATE, log);
    await prepareTopics(admin, [source], [], { ...CREATE, partitions: 9 }, log);
    expect(await partitionsOf(source)).toBe(3);
  });

  it('stops with a sentence when a topic is absent and must not be created', async () => {
    const source = newName();
    await expect(prepareTopics(admin, [source], [], { ...CREATE, create: false }, log)).rejects.toThrow(
      `There is no topic ${source}: create it, or set CREATE_TOPICS=on.`,
    );
    expect(await admin.listTopics()).not.toContain(source);
  });
});
