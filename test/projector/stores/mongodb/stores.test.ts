/** The stores in MongoDB keep the contracts of their ports. */
import type { Binary } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../../mappings/definition.js';
import { malformed } from '../../../../mappings/events/reasons.js';
import type { QuarantinedRecord, QuarantineEntry } from '../../../../projector/ports/quarantine.js';
import { MongoAggregateStore } from '../../../../projector/stores/mongodb/aggregate-store.js';
import { MongoDayMark } from '../../../../projector/stores/mongodb/day-mark.js';
import { MongoDocumentScan } from '../../../../projector/stores/mongodb/document-scan.js';
import { MongoDocumentStore } from '../../../../projector/stores/mongodb/documents.js';
import { MongoErasures } from '../../../../projector/stores/mongodb/erasures.js';
import { MongoFullStates } from '../../../../projector/stores/mongodb/full-states.js';
import { MongoGapScan } from '../../../../projector/stores/mongodb/gaps.js';
import { MongoGenerationStorage } from '../../../../projector/stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../../../../projector/stores/mongodb/jobs.js';
import { MongoPositionStore, readPositions } from '../../../../projector/stores/mongodb/positions.js';
import { MongoQuarantine } from '../../../../projector/stores/mongodb/quarantine.js';
import { MongoQuarantineDesk } from '../../../../projector/stores/mongodb/quarantine-desk.js';
import { RefusedDocuments } from '../../../../projector/stores/mongodb/refused.js';
import { MongoRollupStore } from '../../../../projector/stores/mongodb/rollup-store.js';
import { MongoStateScan } from '../../../../projector/stores/mongodb/state-scan.js';
import { MongoTicketCounter } from '../../../../projector/stores/mongodb/tickets.js';
import {
  documentsCollection,
  positionsCollection,
  QUARANTINE_COLLECTION,
  REGISTRY_COLLECTION,
  refusedCollection,
  stateCollection,
  ticketsCollection,
} from '../../../../runtime/storage/names.js';
import type { PositionRecord } from '../../../../runtime/storage/records.js';
import { aggregateStoreSuite, stateWrite } from '../aggregate-store.suite.js';
import { dayMarkSuite } from '../day-mark.suite.js';
import { documentStoreSuite, type Stored } from '../document-store.suite.js';
import { gapScanSuite } from '../gap-scan.suite.js';
import { generationsFor } from '../generations.js';
import { jobStoreSuite } from '../job-store.suite.js';
import { keyScanSuite } from '../key-scan.suite.js';
import { positionStoreSuite } from '../position-store.suite.js';
import { type Kept, quarantined, quarantineSuite } from '../quarantine.suite.js';
import { rollupStoreSuite } from '../rollup-store.suite.js';
import { ticketCounterSuite } from '../ticket-counter.suite.js';

/** The most that MongoDB takes is 16 MB. */
const TOO_LARGE = 'x'.repeat(17 * 1024 * 1024);

const open = generationsFor('mongo-stores', ({ db }, record) => new MongoGenerationStorage(db).create(record));

aggregateStoreSuite(async () => {
  const { servers, number } = await open();
  return new MongoAggregateStore(servers.db, number);
});

gapScanSuite(async () => {
  const { servers, number } = await open();
  return { aggregates: new MongoAggregateStore(servers.db, number), gaps: new MongoGapScan(servers.db, number) };
});

rollupStoreSuite(async () => {
  const { servers, number } = await open();
  return { aggregates: new MongoAggregateStore(servers.db, number), rollups: new MongoRollupStore(servers.db, number) };
});

keyScanSuite(async () => {
  const { servers, number } = await open();
  return {
    aggregates: new MongoAggregateStore(servers.db, number),
    rollups: new MongoRollupStore(servers.db, number),
    scan: new MongoStateScan(servers.db, number),
  };
});

describe('rollups that states in MongoDB do not know', () => {
  it('are those that any order is older than', async () => {
    const { servers, number } = await open();
    await new MongoAggregateStore(servers.db, number).write('orders', [stateWrite('o-1', 0), stateWrite('o-2', 0)]);
    const orders = servers.db.collection<{ _id: string }>(stateCollection(number, 'orders'));
    const former = { 'groups.productDays': '', 'contributions.productDays': '' } as const;
    await orders.updateOne({ _id: 'o-2' }, { $unset: former });
    expect(await new MongoStateScan(servers.db, number).unknownRollups()).toEqual(['productDays']);
  });
});

ticketCounterSuite(async (counters, strangers = 0) => {
  const { servers, number } = await open();
  return [
    ...Array.from({ length: counters }, () => new MongoTicketCounter(servers.db, number)),
    ...Array.from({ length: strangers }, () => new MongoTicketCounter(servers.db, number, 'another')),
  ];
});

describe('the counter of tickets in MongoDB', () => {
  it('keeps its number when it is created again', async () => {
    const { servers, number } = await open();
    const counter = new MongoTicketCounter(servers.db, number);
    await counter.next();
    const second = await counter.next();
    await counter.create();
    expect(await counter.next()).toBeGreaterThan(second);
  });

  it('of before shapes were recorded gets that of its generation', async () => {
    const { servers, number } = await open();
    const counters = servers.db.collection<{ _id: string }>(ticketsCollection(number));
    await counters.updateOne({ _id: 'ticket' }, { $unset: { shape: '' } });
    const definitions = { orders: 'former' };
    const registry = servers.db.collection<{ _id: string; generations: unknown[] }>(REGISTRY_COLLECTION);
    await registry.insertOne({ _id: 'registry', generations: [{ number, definitions }] });
    await expect(new MongoTicketCounter(servers.db, number).next()).rejects.toThrow('documents of another shape');
    expect(await new MongoTicketCounter(servers.db, number, shapeOf(definitions)).next()).toBe(1);
    await registry.deleteOne({ _id: 'registry' });
  });

  it('stops with a sentence when it is gone', async () => {
    const { servers, number } = await open();
    await servers.db.collection(ticketsCollection(number)).drop();
    const counter = new MongoTicketCounter(servers.db, number);
    await expect(counter.next()).rejects.toThrow(/MongoDB lost data\. Start the projector with --new-generation/);
  });
});

positionStoreSuite(async () => {
  const { servers, number } = await open();
  return new MongoPositionStore(servers.db, number, { now: Date.now });
});

it('a position is passed at the time of the clock that is given, and not of the machine', async () => {
  const { servers, number } = await open();
  const clock = { time: 1_000, now: () => clock.time };
  const store = new MongoPositionStore(servers.db, number, clock);
  await store.write([{ topic: 'shop.orders', partition: 0, next: 10 }]);
  clock.time = 5_000;
  await store.write([{ topic: 'shop.orders', partition: 0, next: 20 }]);
  const [record] = await servers.db.collection<PositionRecord>(positionsCollection(number)).find().toArray();
  expect(record).toMatchObject({
    passed: [
      [10, 1_000],
      [20, 5_000],
    ],
    updatedAt: new Date(5_000),
  });
  expect(await readPositions(servers.db, number)).toEqual([{ topic: 'shop.orders', partition: 0, next: 20 }]);
});

jobStoreSuite(async () => {
  const { servers, number } = await open();
  const jobs = new MongoJobStore(servers.db, number, new MongoTicketCounter(servers.db, number));
  return { jobs, positions: new MongoPositionStore(servers.db, number, { now: Date.now }) };
});

dayMarkSuite(async () => {
  const { servers, number } = await open();
  return new MongoDayMark(servers.db, number);
});

documentStoreSuite(async () => {
  const { servers, number } = await open();
  const { db } = servers;
  const target = { view: 'customers', revision: 1 } as const;
  interface CustomerRecord {
    readonly _id: string;
    readonly ticket: number;
    readonly hidden: boolean;
  }
  const collection = db.collection<CustomerRecord>(documentsCollection(number, 'customers', 1));
  return {
    store: new MongoDocumentStore(db, number, new RefusedDocuments(db, number)),
    scan: new MongoDocumentScan(db, number),
    target,
    document: (id, n) => ({
      customerId: id,
      orderCount: n,
      name: '王芳',
      sources: [[`customers/${id}`, n]],
      city: null,
    }),
    unfit: (id) => ({ customerId: id, name: TOO_LARGE }),
    async read(ids) {
      const found = await collection.find({ _id: { $in: [...ids] } }).toArray();
      return new Map(
        found.map(({ _id, ticket, hidden, ...stored }): [string, Stored] => [
          _id,
          { ticket, stored: hidden ? null : stored },
        ]),
      );
    },
    refused: () =>
      db
        .collection(refusedCollection(number))
        .find()
        .map(({ id, ticket, reason }) => ({ id: String(id), ticket: Number(ticket), reason: String(reason) }))
        .toArray(),
  };
});

quarantineSuite(async () => {
  const { servers, number } = await open();
  const collection = servers.db.collection<QuarantineRecord>(QUARANTINE_COLLECTION);
  // It belongs to the namespace, not to a generation.
  await collection.deleteMany({});
  return {
    quarantine: new MongoQuarantine(servers.db, new MongoErasures(servers.db, number), async () => {}),
    kept: async () => (await collection.find().toArray()).map(toKept),
  };
});

const PAGE = { entriesMax: 10, bytesMax: 1_000_000 };

describe('the quarantine in MongoDB', () => {
  it('gives notice of what is durable by then', async () => {
    const { servers, number } = await open();
    const collection = servers.db.collection(QUARANTINE_COLLECTION);
    await collection.deleteMany({});
    const noticed: (readonly QuarantinedRecord[])[] = [];
    const quarantine = new MongoQuarantine(servers.db, new MongoErasures(servers.db, number), async (records) => {
      expect(await collection.countDocuments()).toBe(records.length);
      noticed.push(records);
    });
    const records = [quarantined(1), quarantined(2)];
    await quarantine.add(records);
    expect(noticed).toEqual([records]);
  });

  it('tells whose states were full, as long as their events were not re-driven', async () => {
    const { servers, number } = await open();
    await servers.db.collection(QUARANTINE_COLLECTION).deleteMany({});
    const quarantine = new MongoQuarantine(servers.db, new MongoErasures(servers.db, number), async () => {});
    const apart = (offset: number, subject: string, reason = 'state-too-large') => {
      const headers = { ce_specversion: '1.0', ce_id: `e-${offset}`, ce_type: 'order.confirmed', ce_subject: subject };
      return { ...quarantined(offset, { key: Buffer.from(subject), value: null, headers }), reason };
    };
    const of = ['o-1', 'o-2', 'o-3', 'o-4'];
    await quarantine.add([apart(1, 'o-1'), apart(2, 'o-2', 'id-reused'), apart(3, 'o-3'), apart(4, 'o-4')]);
    const handled = (as: 're-driven' | 'discarded') => ({ as, at: new Date(), because: null });
    const desk = new MongoQuarantineDesk(servers.db);
    await desk.handle(['shop.orders/2/3'], handled('re-driven'));
    await desk.handle(['shop.orders/2/4'], handled('discarded'));
    const full = new MongoFullStates(servers.db);
    expect([...(await full.among('orders', of))].sort()).toEqual(['o-1', 'o-4']);
    expect(await full.among('orders', ['o-2', 'o-4'])).toEqual(new Set(['o-4']));
    expect(await full.among('customers', of)).toEqual(new Set());
    expect(await full.among('orders', [])).toEqual(new Set());
  });

  it('gives back an event without value as it came, and nothing of a record that was too large to be kept', async () => {
    const { servers, number } = await open();
    await servers.db.collection(QUARANTINE_COLLECTION).deleteMany({});
    const quarantine = new MongoQuarantine(servers.db, new MongoErasures(servers.db, number), async () => {});
    const headers = { ce_specversion: '1.0', ce_id: 'e-1', ce_type: 'order.confirmed', ce_subject: 'o-1' };
    const large = { value: Buffer.from(TOO_LARGE), headers };
    await quarantine.add([quarantined(1, { value: null, headers }), quarantined(2, large)]);
    const entries: (readonly QuarantineEntry[])[] = [];
    for await (const page of new MongoQuarantineDesk(servers.db).pages({}, PAGE)) entries.push(page);
    const [kept, shortened] = entries.flat().map(({ record }) => record);
    expect(kept).toMatchObject({ value: null, offset: 1 });
    expect(String(kept?.headers.ce_id)).toBe('e-1');
    expect(shortened).toBeNull();
    const stored = await servers.db.collection(QUARANTINE_COLLECTION).find({ 'event.eventId': 'e-1' }).toArray();
    expect(stored.map(({ event }) => event)).toEqual([
      { eventId: 'e-1', type: 'order.confirmed', subject: 'o-1', time: null },
      { eventId: 'e-1', type: 'order.confirmed', subject: 'o-1', time: null },
    ]);
  });
});

describe('the desk of the quarantine in MongoDB', () => {
  async function desk() {
    const { servers, number } = await open();
    await servers.db.collection(QUARANTINE_COLLECTION).deleteMany({});
    const quarantine = new MongoQuarantine(servers.db, new MongoErasures(servers.db, number), async () => {});
    return { quarantine, desk: new MongoQuarantineDesk(servers.db), number };
  }

  it('gives pages that end by bytes, and all entries with headers as they came', async () => {
    const { quarantine, desk: given } = await desk();
    const value = Buffer.alloc(1_000_000, ' ');
    const headers = { none: null, several: [null, Buffer.from('a')] };
    await quarantine.add([1, 2, 3, 4, 5].map((offset) => quarantined(offset, { value, headers })));
    const pages: (readonly QuarantineEntry[])[] = [];
    for await (const page of given.pages({}, { entriesMax: 10, bytesMax: 1_500_000 })) pages.push(page);
    expect(pages.map((page) => page.map(({ record }) => record?.offset))).toEqual([[1, 2], [3, 4], [5]]);
    expect(pages[0]?.[0]?.record?.headers).toEqual(headers);
  });

  it('lists without content, and with no more of a key than an id has', async () => {
    const { quarantine, desk: given } = await desk();
    const large = { value: Buffer.from(TOO_LARGE) };
    await quarantine.add([
      quarantined(1, { key: Buffer.alloc(100_000, 'k') }),
      quarantined(2, { value: null }),
      quarantined(3, large),
    ]);
    const listed = await given.list({}, 10);
    expect(listed.map(({ id, key, isKept }) => [id, key, isKept])).toEqual([
      ['shop.orders/2/1', `${'k'.repeat(128)}…`, true],
      // Of entries that do not say it: nothing there means that it was not kept.
      ['shop.orders/2/2', null, false],
      ['shop.orders/2/3', null, false],
    ]);
    expect(await given.list({}, 1)).toHaveLength(1);
  });

  it('leaves the place of a record to it, when a batch that ended with it was not read before', async () => {
    const { quarantine, desk: given } = await desk();
    const unread = malformed('batch-too-large', 'The batch was not read.');
    const standIn = quarantined(7, { key: null, value: null, unread });
    const { reason, detail } = unread;
    await quarantine.add([{ ...standIn, reason, detail }]);
    await quarantine.add([quarantined(7)]);
    await quarantine.add([{ ...standIn, reason, detail }]);
    expect((await given.list({}, 10)).map(({ id, isKept }) => [id, isKept])).toEqual([
      ['shop.orders/2/7', true],
      ['shop.orders/2/7/batch', false],
    ]);
  });
});

interface QuarantineRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: Date;
  readonly key: Binary | null;
  readonly value: Binary | null;
  readonly headers: readonly { readonly name: string; readonly value: Binary | null }[];
  readonly reason: string;
  readonly detail: string;
}

function toKept({ topic, partition, offset, timestamp, key, value, headers, reason, detail }: QuarantineRecord): Kept {
  const text = (binary: Binary) => Buffer.from(binary.buffer).toString();
  return {
    ...{ topic, partition, offset, timestamp: timestamp.getTime(), reason, detail },
    key: key === null ? null : text(key),
    value: value === null ? null : text(value),
    headers: headers.map((header) => [header.name, header.value === null ? null : text(header.value)]),
  };
}
