/** The API reads of states and jobs what the projector has written there. */
import { describe, expect, inject, it } from 'vitest';
import { Database } from '../../../../api/readers/mongodb/database.js';
import { MongoFanOut } from '../../../../api/readers/mongodb/fan-out.js';
import { MongoProgress } from '../../../../api/readers/mongodb/progress.js';
import { MongoAggregateStore } from '../../../../projector/stores/mongodb/aggregate-store.js';
import { MongoGenerationStorage } from '../../../../projector/stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../../../../projector/stores/mongodb/jobs.js';
import { MongoPositionStore } from '../../../../projector/stores/mongodb/positions.js';
import { MongoTicketCounter } from '../../../../projector/stores/mongodb/tickets.js';
import { stateWith, stateWrite } from '../../../projector/stores/aggregate-store.suite.js';
import { generationsFor } from '../../../projector/stores/generations.js';
import { ODD_IDS } from '../../../projector/stores/odd-ids.js';

const open = generationsFor('api-progress', ({ db }, record) => new MongoGenerationStorage(db).create(record));

async function opened() {
  const { servers, number } = await open();
  const { db, namespace } = servers;
  const database = new Database({ url: inject('MONGODB_URL'), namespace, requestTimeoutMs: 10_000 });
  return { db, number, database };
}

describe('how far aggregates are merged', () => {
  it('is read from their states, of those that are there', async () => {
    const { db, number, database } = await opened();
    const version = (sequence: number, eventId: string) => ({ sequence, time: 1_700_000_000_000, eventId });
    const state = {
      ...stateWith({ name: '王芳', customerId: 'c-1' }),
      sequences: [[1, 4] as const, [6, 6] as const],
      remembered: [
        { version: version(0, 'e/0'), topic: 'shop.orders', partition: 2, offset: 7, contentHash: 'x' },
        { version: version(6, 'e-6'), topic: 'shop.orders', partition: 2, offset: 5, contentHash: 'y' },
      ],
      forgotten: [{ topic: 'shop.orders', partition: 0, offset: 3 }],
    };
    const references = { customer: ['c-1'], product: ['p-1', 'p-2'] };
    await new MongoAggregateStore(db, number).write('orders', [
      stateWrite('o-1', 0, { state, references }),
      stateWrite('o-2', 0),
    ]);
    const progress = await new MongoProgress(database).progress(number, 'orders', ['o-1', 'o-none']);
    expect([...progress]).toEqual([
      [
        'o-1',
        {
          sequences: [
            [1, 4],
            [6, 6],
          ],
          remembered: [
            { sequence: 0, eventId: 'e/0', place: { partition: 'shop.orders/2', offset: 7 } },
            { sequence: 6, eventId: 'e-6', place: { partition: 'shop.orders/2', offset: 5 } },
          ],
          forgotten: [{ partition: 'shop.orders/0', offset: 3 }],
          customers: ['c-1'],
        },
      ],
    ]);
    await database.close();
  });

  it('is read of any id, and of products and customers, too', async () => {
    const { db, number, database } = await opened();
    const states = new MongoAggregateStore(db, number);
    for (const aggregate of ['products', 'customers'] as const) {
      await states.write(
        aggregate,
        ODD_IDS.map((id) => stateWrite(id, 0)),
      );
      const progress = await new MongoProgress(database).progress(number, aggregate, ODD_IDS);
      expect([...progress.keys()].sort()).toEqual([...ODD_IDS].sort());
      for (const one of progress.values()) {
        expect(one).toEqual({ sequences: [[1, 1]], remembered: [], forgotten: [], customers: [] });
      }
    }
    await database.close();
  });
});

describe('fan-out that is under way', () => {
  it('counts each changed aggregate once, from the first time it was asked for', async () => {
    const { db, number, database } = await opened();
    const jobs = new MongoJobStore(db, number, new MongoTicketCounter(db, number));
    const fanOut = new MongoFanOut(database);
    expect(await fanOut.pending(number)).toEqual({ aggregates: 0, since: null });
    const byProduct = { reference: 'product', referredId: 'p-1' } as const;
    await jobs.request([{ view: 'orders', ...byProduct }], 2_000);
    await jobs.request([{ view: 'customers', ...byProduct }], 1_000);
    expect(await fanOut.pending(number)).toEqual({ aggregates: 1, since: 1_000 });
    await jobs.request([{ view: 'orders', reference: 'customer', referredId: 'p-1' }], 3_000);
    expect(await fanOut.pending(number)).toEqual({ aggregates: 2, since: 1_000 });
    for (let job = await jobs.take(5_000, 0); job !== null; job = await jobs.take(5_000, 0)) await jobs.finish(job);
    expect(await fanOut.pending(number)).toEqual({ aggregates: 0, since: null });
    await database.close();
  });

  it('is told of the jobs that are asked for, with what is behind them', async () => {
    const { db, number, database } = await opened();
    const jobs = new MongoJobStore(db, number, new MongoTicketCounter(db, number));
    const fanOut = new MongoFanOut(database);
    await new MongoPositionStore(db, number, { now: () => 2_000 }).write([{ topic: 't.$1', partition: 3, next: 12 }]);
    const named = ODD_IDS.map((referredId) => ({ view: 'orders', reference: 'product', referredId }) as const);
    expect(await fanOut.jobs(number, named)).toEqual([]);
    await jobs.request([...named, { view: 'customers', reference: 'product', referredId: 'p-1' }], 2_000);
    const told = await fanOut.jobs(number, named);
    expect(new Set(told)).toEqual(
      new Set(named.map((name) => ({ ...name, covered: new Map([['t.$1/3', 12]]), documents: 0, since: 2_000 }))),
    );
    await database.close();
  });
});
