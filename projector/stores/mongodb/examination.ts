/** What `projector doctor` and `projector status` ask MongoDB. */
import type { Db } from 'mongodb';
import { views } from '../../../mappings/registry.js';
import { greet } from '../../../runtime/presence/mongodb-time.js';
import { documentsCollection, QUARANTINE_COLLECTION, ticketsCollection } from '../../../runtime/storage/names.js';
import { type GenerationRecord, TICKET_FIELD } from '../../../runtime/storage/records.js';
import type { Clock } from '../../ports/clock.js';
import type { ServerReport } from '../../ports/examination.js';
import { withMongo } from './connection.js';

/** Exists only while it is looked whether writing is permitted. */
const PROBE_COLLECTION = 'doctor';

export async function examineMongo(db: Db, clock: Clock): Promise<ServerReport> {
  const { version } = await db.command({ buildInfo: 1 });
  const asked = clock.now();
  const { setName, localTime } = await greet(db);
  const middle = (asked + clock.now()) / 2;
  await probeWriting(db);
  return {
    version: String(version),
    supported: Number(String(version).split('.')[0]) >= 5,
    remarks:
      setName === undefined
        ? [
            {
              verdict: 'warn',
              detail: 'it stands alone: what it acknowledges is lost with its disk',
              cure: 'Use a replica set in production.',
            },
          ]
        : [],
    clockAheadMs: localTime instanceof Date ? localTime.getTime() - middle : null,
  };
}

/** The one proof that all kinds of servers give. @throws MongoServerError when it is not permitted. */
async function probeWriting(db: Db): Promise<void> {
  const collection = db.collection<{ _id: string; at: Date }>(PROBE_COLLECTION);
  await collection.updateOne({ _id: 'probe' }, { $set: { at: new Date() } }, { upsert: true });
  await collection.createIndex({ at: 1 });
  await collection.drop();
}

/** Indexes that are declared and not there, each in words. */
export async function indexDrift(db: Db, { number, revisions }: GenerationRecord): Promise<readonly string[]> {
  const drift: string[] = [];
  for (const { name, storage } of Object.values(views)) {
    if (storage.store !== 'mongodb') continue;
    const collection = documentsCollection(number, name, revisions[name]);
    const found = await withMongo('list indexes', () => db.collection(collection).indexes());
    const keys = new Set(found.map(({ key }) => JSON.stringify(key)));
    const missing = storage.indexes.map((key) => JSON.stringify(key)).filter((key) => !keys.has(key));
    drift.push(...missing.map((key) => `${collection} has no index ${key}`));
  }
  return drift;
}

/** The counter, and the highest ticket of the documents here. */
export async function ticketsOf(
  db: Db,
  { number, revisions }: GenerationRecord,
): Promise<{ readonly last: number; readonly highest: number }> {
  const counter = await db
    .collection<{ _id: string; last: number }>(ticketsCollection(number))
    .findOne({ _id: 'ticket' });
  const guarded = Object.values(views)
    .filter(({ storage }) => storage.store === 'mongodb')
    .map(({ name }) => documentsCollection(number, name, revisions[name]));
  const highest = await Promise.all(guarded.map((name) => highestIn(db, name)));
  return { last: counter?.last ?? 0, highest: Math.max(0, ...highest) };
}

async function highestIn(db: Db, collection: string): Promise<number> {
  const [found] = await withMongo('look for the highest ticket', () =>
    db
      .collection(collection)
      .find({}, { projection: { [TICKET_FIELD]: 1 }, sort: { [TICKET_FIELD]: -1 }, limit: 1 })
      .toArray(),
  );
  return Number(found?.[TICKET_FIELD] ?? 0);
}

/** Records that broke the contract and were set apart. */
export function quarantinedCount(db: Db): Promise<number> {
  return withMongo('count quarantined records', () =>
    db.collection(QUARANTINE_COLLECTION).countDocuments({ handled: { $exists: false } }),
  );
}
