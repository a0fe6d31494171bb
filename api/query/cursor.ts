/**
 * Cursors: where a list goes on, bound to what was asked. Opaque and authenticated, so that what comes back in one is
 * what was once given out.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { DocumentQuery, SortValue } from './document-query.js';

const MAC_BYTES = 16;

export interface CursorContent {
  /** The generation whose documents are paged through. */
  readonly generation: number;
  /** Of the view, the filter and the sort (see `fingerprintOf`). */
  readonly fingerprint: string;
  readonly after: readonly SortValue[];
}

const payload = z.tuple([z.int(), z.string(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))]);

export function encodeCursor({ generation, fingerprint, after }: CursorContent, secret: Buffer): string {
  const body = Buffer.from(JSON.stringify([generation, fingerprint, after]), 'utf8');
  return Buffer.concat([macOf(body, secret), body]).toString('base64url');
}

/** `null` for everything that `encodeCursor` has not returned with this secret. */
export function decodeCursor(text: string, secret: Buffer): CursorContent | null {
  const bytes = Buffer.from(text, 'base64url');
  // Base64 decoding is lenient: other spellings of the same bytes are not what was given out.
  if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== text) return null;
  const body = bytes.subarray(MAC_BYTES);
  if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(body, secret))) return null;
  const [generation, fingerprint, after] = payload.parse(JSON.parse(body.toString('utf8')));
  return { generation, fingerprint, after };
}

function macOf(body: Buffer, secret: Buffer): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, MAC_BYTES);
}

/** Equal for the same view, filter, search and sort, in whatever order or repetition the values were given. */
export function fingerprintOf(view: string, query: Pick<DocumentQuery, 'conditions' | 'search' | 'sort'>): string {
  const conditions = query.conditions
    .map((condition) =>
      JSON.stringify(
        'values' in condition ? { ...condition, values: [...new Set(condition.values)].sort() } : condition,
      ),
    )
    .sort();
  const { search } = query;
  const words = search?.kind === 'words' ? [search.whole, search.row] : null;
  const asked = [view, conditions, words, query.sort];
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 22);
}
