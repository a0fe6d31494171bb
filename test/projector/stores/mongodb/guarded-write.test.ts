import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNewest } from '../../../../projector/stores/mongodb/guarded-write.js';
import { openNamespace, type RealServers } from '../../../real-servers.js';

const COLLECTION = 'guarded';
const write = (_id: string, ticket: number) => ({ filter: { _id, ticket: { $lt: ticket } }, update: { _id, ticket } });

let servers: RealServers;
beforeAll(async () => {
  servers = await openNamespace('guarded-write');
});
afterAll(() => servers.remove());

const stored = async (_id: string) => {
  const record = await servers.db.collection<{ _id: string; ticket: number }>(COLLECTION).findOne({ _id });
  return record?.ticket;
};

/**
 * What a server does when another writer creates the record between the search of an upsert, which found none, and its
 * insert: the other's record is there, and the upsert has failed with a duplicate key.
 */
function overtakenBy(older: { _id: string; ticket: number }): Db {
  let isOvertaken = false;
  const command = async (update: Document) => {
    if (isOvertaken) return servers.db.command(update);
    isOvertaken = true;
    await servers.db.collection<{ _id: string; ticket: number }>(COLLECTION).insertOne(older);
    return { n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000 duplicate key error' }] };
  };
  return { command } as unknown as Db;
}

describe('writing the newest', () => {
  it('wins over an older writer that created the record in the same moment', async () => {
    const outcome = await writeNewest(overtakenBy({ _id: 'a', ticket: 5 }), COLLECTION, [write('a', 6)]);
    expect(outcome).toEqual({ superseded: 0, refused: new Map() });
    expect(await stored('a')).toBe(6);
  });

  it('yields to a newer writer that created the record in the same moment', async () => {
    const outcome = await writeNewest(overtakenBy({ _id: 'b', ticket: 7 }), COLLECTION, [write('b', 6)]);
    expect(outcome).toEqual({ superseded: 1, refused: new Map() });
    expect(await stored('b')).toBe(7);
  });

  it('counts what is superseded among many', async () => {
    await writeNewest(servers.db, COLLECTION, [write('c', 4), write('d', 9)]);
    const outcome = await writeNewest(servers.db, COLLECTION, [write('c', 5), write('d', 8), write('e', 1)]);
    expect(outcome.superseded).toBe(1);
    expect([await stored('c'), await stored('d'), await stored('e')]).toEqual([5, 9, 1]);
  });
});
