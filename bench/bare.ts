/**
 * The limit: kafkajs reads and parses all events while the recorded documents are written in the recorded requests,
 * both stores side by side, two requests in flight each. Nothing is computed and nothing waits for anything.
 */
import { open } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { View, ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import { BareStores, type Replacement, sendAll } from './bare-stores.js';
import { readTask, type Task, tell } from './program.js';
import { dataFile, type RecordedRequest, readIndex, type StoreName } from './request-files.js';

const task = readTask<Task>();
const { requests } = await readIndex(task.recording);
const stores = await BareStores.open(task.addresses, task.namespace);
let asideMs = 0;

for (const view of Object.values<View>(views)) await stores.create(view, placeOf(view.name));

const { begun, done: read } = readTopics();
await begun;
tell({ at: 'begun' });
await Promise.all([read, writeAll('elasticsearch', sendBulk), writeAll('mongodb', sendReplacements)]);
const sent = [...requests.elasticsearch, ...requests.mongodb].reduce((sum, { documents }) => sum + documents, 0);
tell({ at: 'done', documents: sent, asideSeconds: asideMs / 1000 });

function placeOf(view: ViewName): string {
  return `${task.namespace}-${view}`;
}

/** `begun`: the partitions are assigned; `done`: every event is read and parsed. */
function readTopics(): { begun: Promise<void>; done: Promise<void> } {
  const kafka = new Kafka({ brokers: task.addresses.KAFKA_BROKERS.split(','), logLevel: logLevel.WARN });
  const consumer = kafka.consumer({
    groupId: task.namespace,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: 2 * 1024 * 1024,
  });
  const begun = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  const done = new Promise<void>((resolve, reject) => {
    let left = task.events;
    const start = async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: Object.values(task.topics), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 8,
        eachBatch: async ({ batch }) => {
          for (const { value } of batch.messages) if (value !== null) JSON.parse(value.toString());
          left -= batch.messages.length;
          if (left === 0) resolve();
        },
      });
    };
    start().catch(reject);
  });
  return { begun, done };
}

async function writeAll(
  store: StoreName,
  send: (request: RecordedRequest, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const file = await open(dataFile(task.recording, store));
  await sendAll(requests[store], async (request) => {
    const bytes = Buffer.allocUnsafe(request.bytes);
    await file.read(bytes, 0, request.bytes, request.offset);
    await send(request, bytes);
  });
  await file.close();
}

async function sendBulk({ view }: RecordedRequest, bulkBody: Buffer): Promise<void> {
  await stores.sendBulk(placeOf(view), bulkBody);
}

async function sendReplacements({ view }: RecordedRequest, bytes: Buffer): Promise<void> {
  const begunMs = performance.now();
  const replacements = JSON.parse(bytes.toString()) as Replacement[];
  asideMs += performance.now() - begunMs;
  await stores.sendReplacements(placeOf(view), replacements);
}
