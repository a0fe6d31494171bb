/** What the stores in MongoDB do when the server, or the way to it, is in trouble. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { OutgoingDocument } from '../../../../projector/ports/documents.js';
import { Unavailable } from '../../../../projector/ports/errors.js';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { MongoAggregateStore } from '../../../../projector/stores/mongodb/aggregate-store.js';
import { createMongo, databaseFor } from '../../../../projector/stores/mongodb/connection.js';
import { MongoDocumentStore } from '../../../../projector/stores/mongodb/documents.js';
import { MongoGenerationStorage } from '../../../../projector/stores/mongodb/generation-storage.js';
import { RefusedDocuments } from '../../../../projector/stores/mongodb/refused.js';
import { MongoTicketCounter } from '../../../../projector/stores/mongodb/tickets.js';
import { EndlessPatience } from '../../../../projector/work/retry-policy.js';
import { createLog } from '../../../../runtime/log.js';
import { documentsCollection, refusedCollection } from '../../../../runtime/storage/names.js';
import { type MongoFault, mongoProxy } from '../../../fault-proxy/mongodb.js';
import { until } from '../../../until.js';
import { recordWith, stateWith, stateWrite } from '../aggregate-store.suite.js';
import { generationRecord } from '../generation-record.js';
import { generationsFor } from '../generations.js';

const TARGET = { view: 'customers', revision: 1 } as const;
/** Never met unless the proxy says nothing. */
const PATIENT_MS = 30_000;
/** For requests that are to time out. */
const HASTY_MS = 2_000;
const patience = new EndlessPatience(createLog('test', 'silent'));

const open = generationsFor('mongo-faults', ({ db }, record) => new MongoGenerationStorage(db).create(record));

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened(timeoutMs = PATIENT_MS) {
  const { servers, number } = await open();
  const proxy = await mongoProxy(inject('MONGODB_URL'));
  closing.push(() => proxy.stop());
  const client = await createMongo(proxy.url, timeoutMs).connect();
  closing.push(() => client.close());
  const db = databaseFor(client, servers.namespace);
  const documents = new MongoDocumentStore(db, number, new RefusedDocuments(db, number));
  const collection = servers.db.collection<{ _id: string; total: number }>(documentsCollection(number, 'customers', 1));
  return {
    proxy,
    states: new MongoAggregateStore(db, number),
    tickets: new MongoTicketCounter(db, number),
    storage: new MongoGenerationStorage(db),
    record: generationRecord(number),
    publish: (ticket: number, outgoing: readonly OutgoingDocument[]) =>
      documents.publish(TARGET, ticket as Ticket, outgoing),
    stored: async () => new Map((await collection.find().toArray()).map(({ _id, total }) => [_id, total])),
    refused: () => servers.db.collection(refusedCollection(number)).find().toArray(),
  };
}

function hundred(total: number): OutgoingDocument[] {
  return Array.from({ length: 100 }, (_, i) => ({ id: `c-${i}`, stored: { customerId: `c-${i}`, total } }));
}

const totals = (total: number) => new Map(hundred(total).map(({ id }) => [id, total]));
const failure = (code: number, codeName: string): MongoFault => ({
  kind: 'answer',
  reply: { ok: 0, code, codeName, errmsg: `${codeName}, says the fault proxy` },
});
const ALL_WRITTEN = { written: 100, superseded: 0, refused: 0 };
const ALL_SUPERSEDED = { written: 0, superseded: 100, refused: 0 };

const NOT_CARRIED_OUT: readonly MongoFault[] = [
  failure(189, 'PrimarySteppedDown'),
  failure(10107, 'NotWritablePrimary'),
  failure(91, 'ShutdownInProgress'),
  failure(11602, 'InterruptedDueToReplStateChange'),
  failure(13435, 'NotPrimaryNoSecondaryOk'),
  failure(50, 'MaxTimeMSExpired'),
  { kind: 'refuse' },
  {
    kind: 'answer',
    reply: { ok: 1, n: 0, nModified: 0, writeErrors: [{ index: 3, code: 112, errmsg: 'WriteConflict' }] },
  },
];
const CARRIED_OUT: readonly MongoFault[] = [
  { kind: 'lose' },
  { kind: 'hang' },
  {
    kind: 'amend',
    fields: { writeConcernError: { code: 64, codeName: 'WriteConcernFailed', errmsg: 'waiting for replication' } },
  },
];

describe('documents whose write is not carried out', () => {
  it.each(NOT_CARRIED_OUT)('are unavailable at once, without a retry of the driver: $kind $reply', async (fault) => {
    const { proxy, publish, stored, refused } = await opened();
    proxy.inject('update', fault);
    await expect(publish(1, hundred(1))).rejects.toThrow(Unavailable);
    expect(proxy.struck).toEqual([fault]);
    expect(await stored()).toEqual(new Map());
    expect(await publish(1, hundred(1))).toEqual(ALL_WRITTEN);
    expect(await stored()).toEqual(totals(1));
    expect(await refused()).toEqual([]);
  });
});

describe('documents whose write is carried out without being confirmed', () => {
  it.each(CARRIED_OUT)('lose nothing: repeated, they are superseded by themselves: $kind', async (fault) => {
    const { proxy, publish, stored } = await opened(fault.kind === 'hang' ? HASTY_MS : PATIENT_MS);
    proxy.inject('update', fault);
    await expect(publish(3, hundred(3))).rejects.toThrow(Unavailable);
    expect(proxy.struck).toEqual([fault]);
    expect(await stored()).toEqual(totals(3));
    expect(await publish(3, hundred(3))).toEqual(ALL_SUPERSEDED);
    expect(await publish(4, hundred(4))).toEqual(ALL_WRITTEN);
    expect(await stored()).toEqual(totals(4));
  });
});

describe('states', () => {
  it.each(CARRIED_OUT)(
    'that were written without being confirmed show as a conflict with themselves: $kind',
    async (fault) => {
      const { proxy, states } = await opened(fault.kind === 'hang' ? HASTY_MS : PATIENT_MS);
      await states.write('customers', [stateWrite('c-1', 0)]);
      const state = stateWith({ name: '王芳' });
      proxy.inject('update', fault);
      await expect(states.write('customers', [stateWrite('c-1', 1, { state })])).rejects.toThrow(Unavailable);
      expect(proxy.struck).toEqual([fault]);
      expect(await states.write('customers', [stateWrite('c-1', 1, { state })])).toEqual(new Set(['c-1']));
      expect(await states.read('customers', ['c-1'])).toEqual(new Map([['c-1', recordWith(2, state)]]));
    },
  );
});

describe('reads and tickets', () => {
  it('are not repeated by the driver', async () => {
    const { proxy, states, tickets } = await opened();
    proxy.inject('find', { kind: 'refuse' });
    await expect(states.read('customers', ['c-1'])).rejects.toThrow(Unavailable);
    expect(await states.read('customers', ['c-1'])).toEqual(new Map());
    const first = await tickets.next();
    proxy.inject('findAndModify', { kind: 'lose' });
    await expect(tickets.next()).rejects.toThrow(Unavailable);
    // The number that was lost on the way is never given again.
    expect(await tickets.next()).toBe(first + 2);
  });
});

describe('what a generation consists of', () => {
  it.each([
    ['createIndexes', failure(189, 'PrimarySteppedDown')],
    ['createIndexes', { kind: 'lose' }],
    ['update', failure(10107, 'NotWritablePrimary')],
    ['update', { kind: 'refuse' }],
  ] satisfies [string, MongoFault][])('is created once a primary is there: %s, %o', async (command, fault) => {
    const { proxy, storage, record } = await opened();
    proxy.inject(command, fault);
    await expect(storage.create(record)).rejects.toThrow(Unavailable);
    expect(proxy.struck).toEqual([fault]);
    await storage.create(record);
    expect(await storage.missing(record)).toEqual([]);
  });
});

describe('patience', () => {
  it('comes through one failure after another', async () => {
    const { proxy, publish, stored } = await opened();
    const faults: readonly MongoFault[] = [failure(10107, 'NotWritablePrimary'), { kind: 'refuse' }, { kind: 'lose' }];
    for (const fault of faults) proxy.inject('update', fault);
    let next = 0;
    await patience.until(() => {
      next += 1;
      return publish(next, hundred(7));
    });
    expect(proxy.struck).toEqual(faults);
    expect(await stored()).toEqual(totals(7));
  });

  it('outlasts a server that is there and says nothing', async () => {
    const { proxy, publish, stored } = await opened(HASTY_MS);
    await publish(1, hundred(1));
    proxy.pause();
    let failures = 0;
    const published = patience.until(() =>
      publish(2, hundred(2)).catch((error: unknown) => {
        failures += 1;
        throw error;
      }),
    );
    await until('a request to be given up', async () => failures >= 1);
    proxy.resume();
    const { written, superseded } = await published;
    // What was sent before the server fell silent may have been carried out when it woke up.
    expect(written + superseded).toBe(100);
    expect(await stored()).toEqual(totals(2));
  });
});

describe('a document that MongoDB does not take', () => {
  const tooLarge = (mebibytes: number) => ({ customerId: 'c-50', name: 'x'.repeat(mebibytes * 1024 * 1024) });

  it.each([
    ['more than the driver can send', 17],
    ['more than the server reads before it hangs up', 16],
  ])('is recorded without its content, and the ninety-nine others are written: %s', async (_, mebibytes) => {
    const { publish, stored, refused } = await opened();
    const documents = hundred(1).map((document, i) =>
      i === 50 ? { id: 'c-50', stored: tooLarge(mebibytes) } : document,
    );
    expect(await publish(1, documents)).toEqual({ written: 99, superseded: 0, refused: 1 });
    expect((await stored()).size).toBe(99);
    expect(await refused()).toMatchObject([{ id: 'c-50', reason: 'the record is larger than MongoDB takes (16 MB)' }]);
  });

  it('is recorded with the reason that the server gives by its code', async () => {
    const { proxy, publish, refused } = await opened();
    const errmsg = 'Document failed validation: { name: "王芳" }';
    proxy.inject('update', { kind: 'amend', fields: { writeErrors: [{ index: 7, code: 121, errmsg }] } });
    expect(await publish(1, hundred(1))).toMatchObject({ refused: 1 });
    const [record] = await refused();
    expect(record).toMatchObject({ id: 'c-7', reason: expect.stringMatching(/code 121/) as string });
    expect(JSON.stringify(record)).not.toContain('王芳');
  });

  it('does not keep documents that are only too large together from being written', async () => {
    const { publish, stored } = await opened();
    const name = 'x'.repeat(6 * 1024 * 1024);
    const documents = Array.from({ length: 4 }, (_, i) => ({ id: `c-${i}`, stored: { customerId: `c-${i}`, name } }));
    expect(await publish(1, documents)).toEqual({ written: 4, superseded: 0, refused: 0 });
    expect((await stored()).size).toBe(4);
  });
});

describe('what does not pass by itself', () => {
  it.each([failure(13, 'Unauthorized'), failure(18, 'AuthenticationFailed'), failure(59, 'CommandNotFound')])(
    'stops: $reply.codeName',
    async (fault) => {
      const { proxy, publish } = await opened();
      proxy.inject('update', fault);
      const publishing = patience.until(() => publish(1, hundred(1)));
      await expect(publishing).rejects.toThrow(/says the fault proxy/);
    },
  );

  it('stops with a sentence when a single write is not permitted', async () => {
    const { proxy, publish } = await opened();
    const writeErrors = [{ index: 0, code: 13, codeName: 'Unauthorized', errmsg: 'not authorized' }];
    proxy.inject('update', { kind: 'answer', reply: { ok: 1, n: 99, nModified: 0, writeErrors } });
    await expect(patience.until(() => publish(1, hundred(1)))).rejects.toThrow(/check the credentials in MONGODB_URL/);
  });
});
