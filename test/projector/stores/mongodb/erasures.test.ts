/** What is removed of an erased customer beside states and documents, and what is recorded of it. */
import { describe, expect, it } from 'vitest';
import type { Erasure } from '../../../../mappings/aggregates/erasure.js';
import type { SourceRecord } from '../../../../projector/ports/events.js';
import type { QuarantinedRecord } from '../../../../projector/ports/quarantine.js';
import { MongoAggregateStore } from '../../../../projector/stores/mongodb/aggregate-store.js';
import { MongoErasures } from '../../../../projector/stores/mongodb/erasures.js';
import { MongoGenerationStorage } from '../../../../projector/stores/mongodb/generation-storage.js';
import { MongoQuarantine } from '../../../../projector/stores/mongodb/quarantine.js';
import { ERASURES_COLLECTION, QUARANTINE_COLLECTION } from '../../../../runtime/storage/names.js';
import { stateWrite } from '../aggregate-store.suite.js';
import { generationsFor } from '../generations.js';

const open = generationsFor('mongo-erasures', ({ db }, record) => new MongoGenerationStorage(db).create(record));

const SECRET = '王芳 13800000000';
const TIME = '2026-11-01T10:00:00.000Z';
const LATER = '2026-11-02T10:00:00.000Z';

async function opened() {
  const { servers, number } = await open();
  const { db } = servers;
  const quarantine = db.collection<{ _id: string }>(QUARANTINE_COLLECTION);
  await Promise.all([quarantine.deleteMany({}), db.collection(ERASURES_COLLECTION).deleteMany({})]);
  const worker = (generation: number) => {
    const erasures = new MongoErasures(db, generation);
    return { erasures, quarantine: new MongoQuarantine(db, erasures, async () => {}) };
  };
  return {
    ...worker(number),
    worker,
    number,
    states: new MongoAggregateStore(db, number),
    /** Offsets of the records that still have content. */
    async withContent() {
      const kept = await quarantine.find().toArray();
      return kept
        .filter((record) => JSON.stringify(record).includes(asStored(SECRET)))
        .map(({ _id }) => Number(_id.split('/')[2]));
    },
    stored: (offset: number) => quarantine.findOne({ _id: `shop.orders/0/${offset}` }),
    recorded: () =>
      db
        .collection(ERASURES_COLLECTION)
        .find({}, { sort: { _id: 1 } })
        .toArray(),
  };
}

/** Binary content turns into Base64 when it is made JSON. */
function asStored(text: string): string {
  return Buffer.from(text).toString('base64').slice(0, 12);
}

function erasure(customerId: string, sequence = 5): Erasure {
  return { customerId, version: { sequence, time: Date.parse(TIME), eventId: `e-${sequence}` } };
}

function bad(offset: number, customerId: string, time = TIME, content: Partial<SourceRecord> = {}): QuarantinedRecord {
  const event = { specversion: '1.0', id: 'e', source: '/test', type: 'order.placed', subject: `o-${offset}`, time };
  const place = {
    aggregate: 'orders' as const,
    topic: 'shop.orders',
    partition: 0,
    offset,
    timestamp: Date.parse(TIME),
  };
  // Both begin with the secret, at a place where Base64 shows it.
  const value = Buffer.from(`${SECRET}${JSON.stringify({ ...event, data: { customerId } })}`);
  const headers = { note: Buffer.from(SECRET) };
  const record = { ...place, key: Buffer.from(`o-${offset}`), value, headers, ...content };
  return { record, reason: 'data-invalid', detail: 'data.lines: missing' };
}

/** One that can be placed in time. */
function dated(offset: number, customerId: string, time: string): QuarantinedRecord {
  const event = { specversion: '1.0', id: 'e', source: '/test', type: 'order.placed', subject: `o-${offset}`, time };
  return bad(offset, customerId, time, { value: Buffer.from(JSON.stringify({ ...event, data: { customerId } })) });
}

describe('an erasure', () => {
  it('removes the content of quarantined records that name the customer, and of no others', async () => {
    const { erasures, quarantine, withContent, stored } = await opened();
    await quarantine.add([bad(1, 'c-1'), bad(2, 'c-2'), bad(3, 'c-1')]);
    expect(await withContent()).toEqual([1, 2, 3]);
    await erasures.carryOut([erasure('c-1')]);
    expect(await withContent()).toEqual([2]);
    expect(await stored(1)).toMatchObject({
      ...{ topic: 'shop.orders', partition: 0, offset: 1, timestamp: new Date(TIME) },
      ...{ reason: 'data-invalid', detail: 'data.lines: missing', quarantinedAt: expect.any(Date) as Date },
      ...{ key: null, headers: [], value: null, redactedAt: expect.any(Date) as Date },
    });
  });

  it('covers what is quarantined later, and what is quarantined again', async () => {
    const { erasures, quarantine, withContent, stored } = await opened();
    await quarantine.add([bad(1, 'c-1')]);
    await erasures.carryOut([erasure('c-1')]);
    await quarantine.add([bad(1, 'c-1'), bad(2, 'c-1'), bad(3, 'c-2')]);
    expect(await withContent()).toEqual([3]);
    expect(await stored(2)).toMatchObject({ key: null, headers: [], value: null, reason: 'data-invalid' });
  });

  it('covers what another generation reads again', async () => {
    const { erasures, worker, number, withContent } = await opened();
    await erasures.carryOut([erasure('c-1')]);
    await worker(number + 1_000).quarantine.add([bad(1, 'c-1')]);
    expect(await withContent()).toEqual([]);
  });

  it('leaves what certainly came after it: a new person', async () => {
    const { erasures, quarantine, withContent } = await opened();
    await quarantine.add([dated(1, 'c-1', TIME), dated(2, 'c-1', LATER)]);
    await erasures.carryOut([erasure('c-1')]);
    await quarantine.add([dated(3, 'c-1', TIME), dated(4, 'c-1', LATER)]);
    expect(await withContent()).toEqual([2, 4]);
  });

  it('finds what is quarantined while it is carried out, whoever is first', async () => {
    const { erasures, quarantine, worker, number, withContent } = await opened();
    const offsets = Array.from({ length: 30 }, (_, i) => i);
    await Promise.all([
      ...offsets.map((offset) => quarantine.add([bad(offset, `c-${offset}`)])),
      ...offsets.map((offset) => erasures.carryOut([erasure(`c-${offset}`)])),
      worker(number).erasures.carryOut(offsets.map((offset) => erasure(`c-${offset}`))),
    ]);
    expect(await withContent()).toEqual([]);
  });

  it('is recorded without the data, and is the same however often it is carried out', async () => {
    const { erasures, quarantine, states, recorded, number } = await opened();
    const references = { customer: ['c-1'], product: ['p-1'] };
    await states.write('orders', [stateWrite('o-1', 0, { references }), stateWrite('o-2', 0, { references })]);
    await quarantine.add([bad(1, 'c-1'), bad(2, 'c-1')]);
    await erasures.carryOut([erasure('c-1')]);
    const once = await recorded();
    expect(once).toEqual([
      {
        ...{ _id: `c-1,${number}`, customerId: 'c-1', generation: number, revision: 1 },
        ...{ version: erasure('c-1').version, recordedAt: expect.any(Date) as Date },
        ...{ quarantinedRedacted: 2, ordersRendered: 2 },
      },
    ]);
    await Promise.all([erasures.carryOut([erasure('c-1')]), erasures.carryOut([erasure('c-1'), erasure('c-1', 4)])]);
    expect(await recorded()).toEqual(once);
    await quarantine.add([bad(3, 'c-1')]);
    expect(await recorded()).toEqual([{ ...once[0], quarantinedRedacted: 3 }]);
  });

  it('is that of the last event, whatever their order of arrival', async () => {
    const { erasures, recorded, quarantine, withContent } = await opened();
    await erasures.carryOut([erasure('c-1', 7)]);
    await erasures.carryOut([erasure('c-1', 5)]);
    expect(await recorded()).toMatchObject([{ customerId: 'c-1', version: { sequence: 7 } }]);
    await erasures.carryOut([erasure('c-1', 9), erasure('c-1', 8)]);
    expect(await recorded()).toMatchObject([{ customerId: 'c-1', version: { sequence: 9 } }]);
    await quarantine.add([bad(1, 'c-1')]);
    expect(await withContent()).toEqual([]);
  });

  it('takes any id', async () => {
    const { erasures, quarantine, withContent } = await opened();
    const ids = ['$set', 'a.b', '__proto__', '王芳', '"quoted"', 'back\\slash', 'c/1%'];
    await quarantine.add(ids.map((id, offset) => bad(offset, id)));
    await erasures.carryOut(ids.map((id) => erasure(id)));
    expect(await withContent()).toEqual([]);
  });
});

describe('a record that is too large for MongoDB', () => {
  it('is quarantined by its place', async () => {
    const { quarantine, stored } = await opened();
    await quarantine.add([bad(1, 'c-1', TIME, { value: Buffer.alloc(17 * 1024 * 1024, 'x') }), bad(2, 'c-1')]);
    expect(await stored(1)).toMatchObject({ offset: 1, reason: 'data-invalid', value: null });
    expect((await stored(2)) ?? {}).not.toMatchObject({ value: null });
  });
});
