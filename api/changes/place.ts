/** Where a subscriber is: how far it has come in the log of changes, and of which documents. */
import { randomBytes } from 'node:crypto';
import type { Places } from '../ports/changes.js';
import type { Served } from '../ports/generations.js';
import type { Principal } from '../ports/principal.js';
import { Seal } from '../query/seal.js';

/** Names the documents that are served: others when the generation, or the revision of any view, is another. */
export type Edition = string;

export interface Place {
  readonly edition: Edition;
  readonly places: Places;
}

const LENGTH_MAX = 20_000;
const SALT_BYTES = 8;
const NO_SALT = Buffer.alloc(SALT_BYTES);
const COUNT_BYTES = 4;
const OFFSET_BYTES = 8;

export function editionOf({ live }: Served): Edition {
  const revisions = Object.entries(live.revisions).sort(([a], [b]) => (a < b ? -1 : 1));
  return [live.number, ...revisions.map(([, revision]) => revision)].join('.');
}

/** Of ids of events: offsets would tell how much is written in all. */
export function placeSeal(secret: Buffer): Seal {
  return new Seal(secret, 'place in the log of changes');
}

/**
 * The id of an event: of one length for one edition and number of partitions, however far they have come. `salt`: equal
 * places give equal ids only under equal salts.
 */
export function encodePlace({ edition, places }: Place, seal: Seal, salt: Buffer = NO_SALT): string {
  const numbers = Buffer.alloc(COUNT_BYTES + places.length * OFFSET_BYTES);
  numbers.writeUInt32BE(places.length);
  for (const [i, offset] of places.entries()) numbers.writeBigUInt64BE(BigInt(offset), COUNT_BYTES + i * OFFSET_BYTES);
  return seal.close(Buffer.concat([salt, numbers, Buffer.from(edition, 'utf8')]));
}

/** `null` for everything that `encodePlace` has not returned under this seal. */
export function decodePlace(text: string, seal: Seal): Place | null {
  const content = text.length > LENGTH_MAX ? null : seal.open(text);
  if (content === null) return null;
  const numbers = content.subarray(SALT_BYTES);
  const count = numbers.readUInt32BE();
  const offsetAt = (i: number) => Number(numbers.readBigUInt64BE(COUNT_BYTES + i * OFFSET_BYTES));
  return {
    edition: numbers.subarray(COUNT_BYTES + count * OFFSET_BYTES).toString('utf8'),
    places: Array.from({ length: count }, (_, i) => offsetAt(i)),
  };
}

/**
 * How ids are made for one subscriber. Who is bound to a customer must not even learn whether others have done anything
 * between two signs of life: no two of its ids are equal.
 */
export function idsFor({ customerId }: Principal, edition: Edition, seal: Seal): (places: Places) => string {
  return (places) => encodePlace({ edition, places }, seal, customerId === null ? NO_SALT : randomBytes(SALT_BYTES));
}

/** Of each partition the earlier one. A partition that one of them does not know yet has not been read there. */
export function earliest(all: readonly Places[]): Places {
  return combined(all, Math.min);
}

/** Of each partition the later one. */
export function latest(all: readonly Places[]): Places {
  return combined(all, Math.max);
}

/** Whether the first one has come as far as the second one, in every partition. */
export function hasReached(places: Places, others: Places): boolean {
  return others.every((other, partition) => (places[partition] ?? 0) >= other);
}

function combined(all: readonly Places[], choose: (...offsets: number[]) => number): Places {
  const partitions = Math.max(0, ...all.map((places) => places.length));
  return Array.from({ length: partitions }, (_, partition) => choose(...all.map((places) => places[partition] ?? 0)));
}
