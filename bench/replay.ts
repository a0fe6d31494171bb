/**
 * The limit: recorded requests go to the stores as they are, both stores side by side, two requests in flight each, while
 * kafkajs reads and parses the events of the topics, should there be any to read. Nothing is computed, nothing waits.
 */
import { open } from 'node:fs/promises';
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { type Document, MongoClient } from 'mongodb';
import type { View, ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import { indexBody } from '../mappings/views/elasticsearch-index.js';
import { TICKET_FIELD } from '../runtime/storage/records.js';
import { type ReplayTask, readTask, tell } from './replaying.js';
import { dataFile, readIndex, type StoreName } from './request-files.js';

interface BulkReply {
  readonly errors: boolean;
  readonly items?: readonly { readonly index: { readonly status: number; readonly error?: unknown } }[];
}

/** A document as the collection holds it, with its ticket. */
type Replacement = Document & { readonly _id: string };

/** As the projector has them in flight, to each store. */
const REQUESTS_IN_FLIGHT = 2;
const DUPLICATE_KEY = 11000;
const CONFLICT = 409;

const task = readTask();
const requests = await readIndex(task.recording);
const elasticsearch = new Client({ node: task.addresses.ELASTICSEARCH_URL, compression: false, maxRetries: 0 });
const mongo = await new MongoClient(task.addresses.MONGODB_URL, { maxPoolSize: 16 }).connect();
const db = mongo.db(task.namespace);
let asideMs = 0;

if (task.isAgain !== true) for (const view of Object.values<View>(views)) await create(view);
const { begun, done } = task.history === undefined ? { begun: null, done: null } : readTopics(task.history);
await begun;
tell({ at: 'begun' });
await Promise.all([done, writeAll('elasticsearch', sendBulk), writeAll('mongodb', sendReplacements)]);
const documents = Object.values(requests)
  .flat()
  .reduce((sum, request) => sum + request.documents, 0);
tell({ at: 'done', documents, asideSeconds: asideMs / 1000 });

function placeOf(view: ViewName): string {
  return `${task.namespace}-${view}`;
}

/** An index or a collection, with the indexes of the view. */
async function create(view: View): Promise<void> {
  if (view.storage.store === 'elasticsearch') {
    await elasticsearch.indices.create({ index: placeOf(view.name), ...indexBody(view) });
  } else {
    const indexes = view.storage.indexes.map((key) => ({ key: { ...key } }));
    await db.collection(placeOf(view.name)).createIndexes(indexes);
  }
}

/** `begun`: the partitions are assigned; `done`: every event is read and parsed. */
function readTopics({ topics, events }: NonNullable<ReplayTask['history']>): {
  begun: Promise<void>;
  done: Promise<void>;
} {
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
    let left = events;
    const start = async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: Object.values(topics), fromBeginning: true });
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

async function writeAll(store: StoreName, send: (place: string, bytes: Buffer) => Promise<void>): Promise<void> {
  const file = await open(dataFile(task.recording, store));
  const waiting = requests[store][Symbol.iterator]();
  const lane = async () => {
    for (const { view, bytes, offset } of waiting) {
      const request = Buffer.allocUnsafe(bytes);
      await file.read(request, 0, bytes, offset);
      await send(placeOf(view), request);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, lane));
  await file.close();
}

/** @throws Error when a document is neither written nor superseded. */
async function sendBulk(index: string, bulkBody: Buffer): Promise<void> {
  const reply = await elasticsearch.transport.request<BulkReply>({
    method: 'POST',
    path: `/${index}/_bulk`,
    querystring: 'filter_path=errors,items.*.status,items.*.error',
    bulkBody,
  });
  const failed = reply.errors
    ? reply.items?.find(({ index: { status } }) => status >= 300 && status !== CONFLICT)
    : undefined;
  if (failed !== undefined) throw new Error(`Elasticsearch refuses a document: ${JSON.stringify(failed)}`);
}

/** @throws Error when a document is neither written nor superseded. */
async function sendReplacements(collection: string, bytes: Buffer): Promise<void> {
  const begunMs = performance.now();
  const replacements = JSON.parse(bytes.toString()) as Replacement[];
  asideMs += performance.now() - begunMs;
  const updates = replacements.map((u) => ({
    q: { _id: u._id, [TICKET_FIELD]: { $lt: u[TICKET_FIELD] } },
    u,
    upsert: true,
  }));
  const reply = await db.command({ update: collection, updates, ordered: false, writeConcern: { w: 'majority' } });
  const errors = (reply.writeErrors ?? []) as readonly { code: number; errmsg: string }[];
  const failed = errors.find(({ code }) => code !== DUPLICATE_KEY);
  if (failed !== undefined) throw new Error(`MongoDB refuses a document: ${failed.errmsg}`);
}
