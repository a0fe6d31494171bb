/**
 * The limit: kafkajs reads and parses all events while the recorded documents are written in the projector's own
 * requests, both stores side by side, two requests in flight each. Nothing is computed and nothing waits for anything.
 */
import { open } from 'node:fs/promises';
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { type Document, MongoClient } from 'mongodb';
import type { View, ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import { indexBody } from '../mappings/views/elasticsearch-index.js';
import { readTask, tell } from './program.js';
import { dataFile, type RecordedRequest, readIndex, type StoreName } from './recording.js';

const IN_FLIGHT = 2;
const DUPLICATE_KEY = 11000;
const CONFLICT = 409;

interface BulkReply {
  readonly errors: boolean;
  readonly items?: readonly { readonly index: { readonly status: number; readonly error?: unknown } }[];
}

const task = readTask();
const { requests } = await readIndex(task.recording);
const elasticsearch = new Client({ node: task.addresses.ELASTICSEARCH_URL, compression: false, maxRetries: 0 });
const mongo = await new MongoClient(task.addresses.MONGODB_URL, { maxPoolSize: 16 }).connect();
const db = mongo.db(task.namespace);
let asideMs = 0;

for (const view of Object.values<View>(views)) {
  if (view.storage.store === 'elasticsearch') {
    await elasticsearch.indices.create({ index: placeOf(view.name), ...indexBody(view) });
  } else {
    await db.collection(placeOf(view.name)).createIndexes(view.storage.indexes.map((key) => ({ key: { ...key } })));
  }
}

const { begun, done: read } = readTopics();
await begun;
tell({ at: 'begun' });
await Promise.all([read, writeAll('elasticsearch', sendBulk), writeAll('mongodb', sendReplacements)]);
const sent = [...requests.elasticsearch, ...requests.mongodb].reduce((sum, { documents }) => sum + documents, 0);
tell({ at: 'done', events: task.events, documents: sent, asideSeconds: asideMs / 1000 });

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
  const waiting = requests[store].values();
  const lanes = Array.from({ length: IN_FLIGHT }, async () => {
    for (const request of waiting) {
      const bytes = Buffer.allocUnsafe(request.bytes);
      await file.read(bytes, 0, request.bytes, request.offset);
      await send(request, bytes);
    }
  });
  await Promise.all(lanes);
  await file.close();
}

async function sendBulk({ view }: RecordedRequest, bulkBody: Buffer): Promise<void> {
  const reply = await elasticsearch.transport.request<BulkReply>({
    method: 'POST',
    path: `/${placeOf(view)}/_bulk`,
    querystring: 'filter_path=errors,items.*.status,items.*.error',
    bulkBody,
  });
  const failed = reply.errors
    ? reply.items?.find(({ index: { status } }) => status >= 300 && status !== CONFLICT)
    : undefined;
  if (failed !== undefined) throw new Error(`Elasticsearch refuses a document: ${JSON.stringify(failed)}`);
}

async function sendReplacements({ view, ticket }: RecordedRequest, bytes: Buffer): Promise<void> {
  const begunMs = performance.now();
  const replacements = JSON.parse(bytes.toString()) as (Document & { _id: string })[];
  asideMs += performance.now() - begunMs;
  const updates = replacements.map((u) => ({ q: { _id: u._id, ticket: { $lt: ticket } }, u, upsert: true }));
  const reply = await db.command({ update: placeOf(view), updates, ordered: false, writeConcern: { w: 'majority' } });
  const errors = (reply.writeErrors ?? []) as readonly { code: number; errmsg: string }[];
  const failed = errors.find(({ code }) => code !== DUPLICATE_KEY);
  if (failed !== undefined) throw new Error(`MongoDB refuses a document: ${failed.errmsg}`);
}
