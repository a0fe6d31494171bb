import type { Db, Document } from 'mongodb';
import { piecesOf } from '../../pipeline/group.js';
import { Unavailable } from '../../ports.js';
import { withMongo } from './connection.js';

/** One upsert under a condition: the filter names `_id` and a condition on the record's version or ticket. */
export interface GuardedWrite {
  readonly filter: Document;
  /** A whole record, or `$set` of some of its fields. */
  readonly update: Document;
}

export interface GuardedOutcome {
  /** Places of the writes whose condition did not hold: another writer was ahead. */
  readonly superseded: ReadonlySet<number>;
  /** Places that the server refuses for good, with its reason. */
  readonly refused: ReadonlyMap<number, string>;
}

const WRITES_PER_REQUEST = 1000;
const REQUESTS_IN_FLIGHT = 2;
const DUPLICATE_KEY = 11000;
/** The request or one of its documents is larger than the server takes. */
const TOO_LARGE_CODES: readonly unknown[] = [10334, 17280, 17419, 17420];

interface UpdateReply {
  /** Records matched or inserted. */
  readonly n: number;
  readonly writeErrors?: readonly { readonly index: number; readonly code: number; readonly errmsg: string }[];
  readonly writeConcernError?: { readonly errmsg: string };
}

/**
 * Compare-and-set: when a record exists and the condition does not hold, the upsert collides with its `_id`. The
 * condition must be equality with a version that only one writer can hold, else see `writeNewest`.
 */
export async function compareAndSet(
  db: Db,
  collection: string,
  writes: readonly GuardedWrite[],
): Promise<GuardedOutcome> {
  const { collided, refused } = await send(db, collection, writes, { upsert: true });
  return { superseded: collided, refused };
}

/**
 * Writes what is newer than the stored. An upsert that collides was either superseded, or found no record and came
 * second in creating it, maybe after an older one: so it goes again, now that the record is there.
 */
export async function writeNewest(
  db: Db,
  collection: string,
  writes: readonly GuardedWrite[],
): Promise<{ readonly superseded: number; readonly refused: ReadonlyMap<number, string> }> {
  const first = await send(db, collection, writes, { upsert: true });
  if (first.collided.size === 0) return { superseded: 0, refused: first.refused };
  const places = [...first.collided];
  const again = places.flatMap((place) => writes[place] ?? []);
  const second = await send(db, collection, again, { upsert: false });
  const refused = new Map(first.refused);
  for (const [i, reason] of second.refused) refused.set(places[i] ?? i, reason);
  return { superseded: places.length - second.matched - second.refused.size, refused };
}

interface Sent {
  readonly matched: number;
  readonly collided: ReadonlySet<number>;
  readonly refused: ReadonlyMap<number, string>;
}

/** The `update` command itself: the driver's bulk interface serializes every operation twice. */
async function send(
  db: Db,
  collection: string,
  writes: readonly GuardedWrite[],
  { upsert }: { upsert: boolean },
): Promise<Sent> {
  const collided = new Set<number>();
  const refused = new Map<number, string>();
  let matched = 0;
  const pieces = piecesOf([...writes.keys()], WRITES_PER_REQUEST);
  const sendPiece = async (places: readonly number[]): Promise<void> => {
    const updates = places.flatMap((place) => {
      const write = writes[place];
      return write === undefined ? [] : [{ q: write.filter, u: write.update, upsert }];
    });
    const reply = await sendUpdate(db, collection, updates);
    if (reply === 'too large') {
      const [only] = places;
      if (places.length === 1 && only !== undefined) {
        refused.set(only, 'the document is larger than MongoDB takes (16 MB)');
        return;
      }
      await sendPiece(places.slice(0, places.length / 2));
      await sendPiece(places.slice(places.length / 2));
      return;
    }
    matched += reply.n;
    for (const { index, code, errmsg } of reply.writeErrors ?? []) {
      const place = places[index];
      if (place === undefined) continue;
      if (code === DUPLICATE_KEY) collided.add(place);
      else refused.set(place, errmsg);
    }
  };
  const lanes = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
    for (let places = pieces.shift(); places !== undefined; places = pieces.shift()) await sendPiece(places);
  });
  await Promise.all(lanes);
  return { matched, collided, refused };
}

async function sendUpdate(
  db: Db,
  collection: string,
  updates: readonly Document[],
): Promise<UpdateReply | 'too large'> {
  const command = { update: collection, updates, ordered: false, writeConcern: { w: 'majority' } };
  return withMongo(`write to ${collection}`, async () => {
    try {
      const reply = (await db.command(command)) as UpdateReply;
      if (reply.writeConcernError !== undefined) {
        throw new Unavailable(`MongoDB did not confirm a write to ${collection}: ${reply.writeConcernError.errmsg}`);
      }
      return reply;
    } catch (error) {
      if (isTooLarge(error)) return 'too large';
      throw error;
    }
  });
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  return error instanceof Error && 'code' in error && TOO_LARGE_CODES.includes(error.code);
}
