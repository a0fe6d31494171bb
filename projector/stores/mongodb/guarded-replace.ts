import type { Db, Document } from 'mongodb';
import { piecesOf } from '../../pipeline/group.js';
import { Unavailable } from '../../ports.js';
import { withMongo } from './connection.js';

/**
 * One guarded upsert: replaces the record that the filter finds, which names `_id` and a condition on its version or
 * ticket. When the record exists and the condition fails, the upsert collides with its `_id`: another writer is ahead.
 */
export interface GuardedReplacement {
  readonly filter: Document;
  readonly replacement: Document;
}

export interface GuardedOutcome {
  /** Places of the replacements that another writer was ahead of. */
  readonly superseded: ReadonlySet<number>;
  /** Places that the server refuses for good, with its reason. */
  readonly refused: ReadonlyMap<number, string>;
}

const REPLACEMENTS_PER_REQUEST = 1000;
const REQUESTS_IN_FLIGHT = 2;
const DUPLICATE_KEY = 11000;
/** The request or one of its documents is larger than the server takes. */
const TOO_LARGE_CODES: readonly unknown[] = [10334, 17280, 17419, 17420];

interface UpdateReply {
  readonly writeErrors?: readonly { readonly index: number; readonly code: number; readonly errmsg: string }[];
  readonly writeConcernError?: { readonly errmsg: string };
}

/**
 * Sends the `update` command itself: the driver's bulk interface serializes every operation twice. At most one
 * replacement per `_id`.
 */
export async function guardedReplace(
  db: Db,
  collection: string,
  replacements: readonly GuardedReplacement[],
): Promise<GuardedOutcome> {
  const superseded = new Set<number>();
  const refused = new Map<number, string>();
  const pieces = piecesOf([...replacements.keys()], REPLACEMENTS_PER_REQUEST);
  const send = async (places: readonly number[]): Promise<void> => {
    const updates = places.flatMap((place) => {
      const replacement = replacements[place];
      return replacement === undefined ? [] : [{ q: replacement.filter, u: replacement.replacement, upsert: true }];
    });
    const reply = await sendUpdate(db, collection, updates);
    if (reply === 'too large') {
      const [only] = places;
      if (places.length === 1 && only !== undefined) {
        refused.set(only, 'the document is larger than MongoDB takes (16 MB)');
        return;
      }
      await send(places.slice(0, places.length / 2));
      await send(places.slice(places.length / 2));
      return;
    }
    for (const { index, code, errmsg } of reply.writeErrors ?? []) {
      const place = places[index];
      if (place === undefined) continue;
      if (code === DUPLICATE_KEY) superseded.add(place);
      else refused.set(place, errmsg);
    }
  };
  const lanes = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
    for (let places = pieces.shift(); places !== undefined; places = pieces.shift()) await send(places);
  });
  await Promise.all(lanes);
  return { superseded, refused };
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
