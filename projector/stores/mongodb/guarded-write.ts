import type { Db, Document } from 'mongodb';
import { inLanes } from '../../work/lanes.js';
import { sendUpdates } from './update-command.js';

/** One upsert under a condition: the filter names `_id` and a condition on the record's version or ticket. */
export interface GuardedWrite {
  readonly filter: Document;
  /** A whole record, or `$set` of some of its fields. */
  readonly update: Document;
  /** About how many characters it has, where it may have many. */
  readonly characters?: number;
}

export interface GuardedOutcome {
  /** Places of the writes whose condition did not hold: another writer was ahead. */
  readonly superseded: ReadonlySet<number>;
  /** Places that the server refuses for good, with a reason that quotes no content. */
  readonly refused: ReadonlyMap<number, string>;
}

const WRITES_PER_REQUEST = 1000;
/** A request may have 16 MB: with more characters it would go in parts, after it was made as a whole. */
const CHARACTERS_PER_REQUEST = 8 * 1024 * 1024;
const REQUESTS_IN_FLIGHT = 2;

/**
 * Compare-and-set: when a record exists and the condition does not hold, the upsert collides with its `_id`. The
 * condition must be equality with a version that only one writer can hold, else see `writeNewest`. The writes are asked
 * for as they can be sent.
 */
export async function compareAndSet(
  db: Db,
  collection: string,
  writes: Iterable<GuardedWrite>,
): Promise<GuardedOutcome> {
  const superseded = new Set<number>();
  const refused = new Map<number, string>();
  await inLanes(requestsOf(writes), REQUESTS_IN_FLIGHT, async (request) => {
    const sent = await send(db, collection, request, { upsert: true });
    for (const place of sent.collided) superseded.add(place);
    for (const [place, reason] of sent.refused) refused.set(place, reason);
  });
  return { superseded, refused };
}

/**
 * Writes what is newer than the stored. An upsert that collides was either superseded, or found no record and came
 * second in creating it, maybe after an older one: so it goes again, now that the record is there.
 */
export async function writeNewest(
  db: Db,
  collection: string,
  writes: Iterable<GuardedWrite>,
): Promise<{ readonly superseded: number; readonly refused: ReadonlyMap<number, string> }> {
  let superseded = 0;
  const refused = new Map<number, string>();
  await inLanes(requestsOf(writes), REQUESTS_IN_FLIGHT, async (request) => {
    const first = await send(db, collection, request, { upsert: true });
    for (const [place, reason] of first.refused) refused.set(place, reason);
    if (first.collided.size === 0) return;
    const again = request.filter(({ place }) => first.collided.has(place));
    const second = await send(db, collection, again, { upsert: false });
    for (const [place, reason] of second.refused) refused.set(place, reason);
    superseded += again.length - second.matched - second.refused.size;
  });
  return { superseded, refused };
}

interface PlacedWrite {
  /** Among all that are written. */
  readonly place: number;
  readonly write: GuardedWrite;
}

/** Made as they are asked for: no more of them are in memory than are in flight. */
export function* requestsOf(writes: Iterable<GuardedWrite>): Generator<readonly PlacedWrite[]> {
  let request: PlacedWrite[] = [];
  let characters = 0;
  let place = 0;
  for (const write of writes) {
    const own = write.characters ?? 0;
    // One that is larger goes alone.
    if (request.length === WRITES_PER_REQUEST || (request.length > 0 && characters + own > CHARACTERS_PER_REQUEST)) {
      yield request;
      request = [];
      characters = 0;
    }
    request.push({ place, write });
    characters += own;
    place += 1;
  }
  if (request.length > 0) yield request;
}

/** By place. */
interface Sent {
  readonly matched: number;
  readonly collided: ReadonlySet<number>;
  readonly refused: ReadonlyMap<number, string>;
}

async function send(
  db: Db,
  collection: string,
  request: readonly PlacedWrite[],
  { upsert }: { upsert: boolean },
): Promise<Sent> {
  const collided = new Set<number>();
  const refused = new Map<number, string>();
  let matched = 0;
  const sendPart = async (part: readonly PlacedWrite[]): Promise<void> => {
    const updates = part.map(({ write: { filter, update } }) => ({ q: filter, u: update, upsert }));
    const outcome = await sendUpdates(db, collection, updates);
    if (outcome === 'split') {
      const alone = part.length === 1 ? part[0] : undefined;
      if (alone !== undefined) {
        refused.set(alone.place, 'the record is larger than MongoDB takes (16 MB)');
        return;
      }
      await sendPart(part.slice(0, part.length / 2));
      await sendPart(part.slice(part.length / 2));
      return;
    }
    const placeOf = (index: number) => part[index]?.place ?? 0;
    matched += outcome.matched;
    for (const index of outcome.collided) collided.add(placeOf(index));
    for (const [index, reason] of outcome.refused) refused.set(placeOf(index), reason);
  };
  await sendPart(request);
  return { matched, collided, refused };
}
