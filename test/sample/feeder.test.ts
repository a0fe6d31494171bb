import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { decode, type RawRecord } from '../../mappings/events/decode.js';
import type { Aggregate } from '../../sample/events.js';
import { openNamespace, type RealServers } from '../real-servers.js';
import { until } from '../until.js';

const TOPICS: readonly Aggregate[] = ['customers', 'products', 'orders'];

let servers: RealServers;
const started: ChildProcess[] = [];
beforeAll(async () => {
  servers = await openNamespace('sample-feeder');
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await servers?.remove();
});

/** The feeder as its own process, and what it has printed so far. */
function startFeeder(...flags: string[]): { child: ChildProcess; printed: () => string; exit: Promise<unknown[]> } {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sample/main.ts', ...flags], {
    env: {
      ...process.env,
      KAFKA_BROKERS: inject('KAFKA_BROKERS'),
      TOPIC_CUSTOMERS: servers.topics.customers,
      TOPIC_PRODUCTS: servers.topics.products,
      TOPIC_ORDERS: servers.topics.orders,
      SAMPLE_ORDERS: '500',
      SAMPLE_EVENTS_PER_SECOND: '200',
    },
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return { child, printed: () => output, exit: once(child, 'exit') };
}

async function countRecords(): Promise<number> {
  const admin = servers.kafka.admin();
  await admin.connect();
  try {
    const offsets = await Promise.all(TOPICS.map((topic) => admin.fetchTopicOffsets(servers.topics[topic])));
    expect(offsets.map((partitions) => partitions.length)).toEqual([3, 3, 3]);
    return offsets.flat().reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

async function readRecords(count: number): Promise<{ topic: Aggregate; record: RawRecord }[]> {
  const records: { topic: Aggregate; record: RawRecord }[] = [];
  const consumer = servers.kafka.consumer({ groupId: `${servers.namespace}-reader`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: Object.values(servers.topics), fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic: name, message }) => {
        const topic = TOPICS.find((candidate) => servers.topics[candidate] === name) ?? 'orders';
        records.push({ topic, record: { key: message.key, value: message.value, headers: message.headers ?? {} } });
      },
    });
    await until('all records read', async () => records.length >= count);
    return records;
  } finally {
    await consumer.disconnect();
  }
}

describe('the sample feeder', () => {
  it('publishes the history once, then only live events that continue it, and stops when asked to', async () => {
    const history = startFeeder('--history-only');
    expect((await history.exit)[0], history.printed()).toBe(0);
    const published = Number(/history: (\d+) events/.exec(history.printed())?.[1]);
    expect(published).toBeGreaterThan(6000);
    expect(await countRecords()).toBe(published);

    const again = startFeeder('--history-only');
    expect((await again.exit)[0], again.printed()).toBe(0);
    expect(await countRecords()).toBe(published);

    const live = startFeeder();
    await until(
      'live events',
      async () => {
        const count = await countRecords();
        if (count < published + 300)
          throw new Error(`${count} records of ${published} + 300; printed: ${live.printed()}`);
        return true;
      },
      60_000,
    );
    live.child.kill('SIGTERM');
    expect((await live.exit)[0], live.printed()).toBe(0);

    const records = await readRecords(await countRecords());
    const idOf = new Map<string, string>();
    for (const { topic, record } of records) {
      const decoded = decode(topic, record);
      if (decoded.kind !== 'event') throw new Error(`Not an event: ${JSON.stringify(decoded)}`);
      const { subject, sequence, eventId } = decoded.event;
      const version = `${topic}/${subject}@${sequence}`;
      expect(idOf.get(version) ?? eventId, version).toBe(eventId);
      idOf.set(version, eventId);
    }
  }, 120_000);

  it('keeps the topics for ever', async () => {
    const admin = servers.kafka.admin();
    await admin.connect();
    try {
      const resources = Object.values(servers.topics).map((name) => ({ type: 2, name, configNames: ['retention.ms'] }));
      const described = await admin.describeConfigs({ includeSynonyms: false, resources });
      const values = described.resources.map(({ configEntries }) => configEntries[0]?.configValue);
      expect(values).toEqual(['-1', '-1', '-1']);
    } finally {
      await admin.disconnect();
    }
  });

  it('says in a sentence that Kafka cannot be reached', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sample/main.ts'], {
      env: { ...process.env, KAFKA_BROKERS: '127.0.0.1:1' },
    });
    started.push(child);
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(errors).toContain('Kafka cannot be reached at 127.0.0.1:1');
  });
});
