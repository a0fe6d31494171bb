import type { Db, Document } from 'mongodb';
import { piecesOf } from '../../pipeline/group.js';
import { inLanes } from '../../pipeline/lanes.js';
import { sendUpdates } from './update-command.js';

/** One upsert under a condition: the filter names `_id` and a condition on the record's version or ticket. */
export interface GuardedWrite {
  readonly filter: Document;
  /** A whole record, or `$set` of some of its fields. */
  readonly update: Document;
}

export interface GuardedOutcome {
  /** Places of the writes whose condition did not hold: another writer was ahead. */
  readonly superseded: ReadonlySet<number>;
  /** Places that the server refuses for good, with a reason that quotes no content. */
  readonly refused: ReadonlyMap<number, string>;
}

const WRITES_PER_REQUEST = 1000;
const REQUESTS_IN_FLIGHT = 2;

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

async function send(
  db: Db,
  collection: string,
  writes: readonly GuardedWrite[],
  { upsert }: { upsert: boolean },
): Promise<Sent> {
  const collided = new Set<number>();
  const refused = new Map<number, string>();
  let matched = 0;
  const sendPiece = async (places: readonly number[]): Promise<void> => {
    const updates = places.flatMap((place) => {
      const write = writes[place];
      return write === undefined ? [] : [{ q: write.filter, u: write.update, upsert }];
    });
    const outcome = await sendUpdates(db, collection, updates);
    if (outcome === 'split') {
      const alone = places.length === 1 ? places[0] : undefined;
      if (alone !== undefined) {
        refused.set(alone, 'the record is larger than MongoDB takes (16 MB)');
        return;
      }
      await sendPiece(places.slice(0, places.length / 2));
      await sendPiece(places.slice(places.length / 2));
      return;
    }
    matched += outcome.matched;
    for (const i of outcome.collided) collided.add(places[i] ?? i);
    for (const [i, reason] of outcome.refused) refused.set(places[i] ?? i, reason);
  };
  await inLanes(piecesOf([...writes.keys()], WRITES_PER_REQUEST), REQUESTS_IN_FLIGHT, sendPiece);
  return { matched, collided, refused };
}
