/** Cursors: where a list goes on, bound to what was asked. Sealed, so that what comes back is what was once given out. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DocumentQuery, SortValue } from '../ports/document-query.js';
import { Seal } from './seal.js';

export interface CursorContent {
  /** The generation whose documents are paged through. */
  readonly generation: number;
  /** Of the view, the filter and the sort (see `fingerprintOf`). */
  readonly fingerprint: string;
  readonly after: readonly SortValue[];
}

const payload = z.tuple([z.int(), z.string(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))]);

export function encodeCursor({ generation, fingerprint, after }: CursorContent, secret: Buffer): string {
  return sealOf(secret).close(Buffer.from(JSON.stringify([generation, fingerprint, after]), 'utf8'));
}

/** `null` for everything that `encodeCursor` has not returned with this secret. */
export function decodeCursor(text: string, secret: Buffer): CursorContent | null {
  const content = sealOf(secret).open(text);
  if (content === null) return null;
  const [generation, fingerprint, after] = payload.parse(JSON.parse(content.toString('utf8')));
  return { generation, fingerprint, after };
}

function sealOf(secret: Buffer): Seal {
  return new Seal(secret, 'cursor');
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
