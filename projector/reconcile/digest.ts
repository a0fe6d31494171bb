/** Digests by which documents are compared: equal content gives equal digests, whatever the order of its fields. */
import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import type { StoredDocument } from '../../mappings/contract.js';

/** Documents are told apart by 48 bits, and a bucket sums them: what a JavaScript number adds exactly. */
const BITS_48 = 2 ** 48;

export const BUCKETS = 256;

/** From 0 to 255, by the id alone. */
export function bucketOf(id: string): number {
  return createHash('sha1').update(id).digest().readUInt8(0);
}

/** 48 bits of the document's content. Its ticket is no part of it. */
export function digestOf(stored: StoredDocument | null): number {
  return createHash('sha1').update(canonicalJson(stored)).digest().readUIntBE(0, 6);
}

/** The digests of a bucket's documents with their ids, whatever their order. */
export class BucketSum {
  count = 0;
  digest = 0;

  add(id: string, digest: number): void {
    this.count += 1;
    const own = createHash('sha1').update(`${id}\n${digest}`).digest().readUIntBE(0, 6);
    this.digest = (this.digest + own) % BITS_48;
  }

  equals(other: BucketSum): boolean {
    return this.count === other.count && this.digest === other.digest;
  }
}

/** JSON with the fields of every object in the order of their names. */
export function canonicalJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** The top-level fields that differ, in the order of their names. One that is missing is not one that is `null`. */
export function fieldsThatDiffer(a: StoredDocument, b: StoredDocument): readonly string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter((name) => canonicalJson(fieldOf(a, name)) !== canonicalJson(fieldOf(b, name)));
}

/** As a document of its own, so that a field that JSON leaves out counts as missing here as in the whole. */
function fieldOf(document: StoredDocument, name: string): StoredDocument {
  return Object.hasOwn(document, name) ? { [name]: document[name] } : {};
}
