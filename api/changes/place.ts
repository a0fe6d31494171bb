/** Where a subscriber is: how far it has come in the log of changes, and of which documents. */
import type { Places, Served } from '../ports.js';

/** Names the documents that are served: others when the generation, or the revision of any view, is another. */
export type Edition = string;

export interface Place {
  readonly edition: Edition;
  readonly places: Places;
}

const LENGTH_MAX = 20_000;

export function editionOf({ live }: Served): Edition {
  const revisions = Object.entries(live.revisions).sort(([a], [b]) => (a < b ? -1 : 1));
  return [live.number, ...revisions.map(([, revision]) => revision)].join('.');
}

/** Opaque to clients. */
export function encodePlace({ edition, places }: Place): string {
  return Buffer.from(JSON.stringify([edition, ...places]), 'utf8').toString('base64url');
}

/** `null` for everything that `encodePlace` cannot have returned. */
export function decodePlace(text: string): Place | null {
  if (text.length > LENGTH_MAX) return null;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return null;
  const parsed = parse(bytes.toString('utf8'));
  if (!Array.isArray(parsed)) return null;
  const [edition, ...places] = parsed as unknown[];
  if (typeof edition !== 'string' || !places.every(isOffset)) return null;
  return { edition, places };
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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

/** With some of the partitions moved. */
export function moved(places: Places, next: ReadonlyMap<number, number>): Places {
  const partitions = Math.max(places.length, ...[...next.keys()].map((partition) => partition + 1));
  return Array.from({ length: partitions }, (_, partition) => next.get(partition) ?? places[partition] ?? 0);
}

function combined(all: readonly Places[], choose: (...offsets: number[]) => number): Places {
  const partitions = Math.max(0, ...all.map((places) => places.length));
  return Array.from({ length: partitions }, (_, partition) => choose(...all.map((places) => places[partition] ?? 0)));
}
