/** `cursor`, of whatever is paged through. */
import { type CursorContent, decodeCursor } from './cursor.js';
import type { ParameterValues } from './parameter-values.js';

export interface CursorContext {
  readonly generation: number;
  readonly cursorSecret: Buffer;
}

/** `null` without one. What is wrong with it is among the errors of `values`. `otherwise`: what another fingerprint means. */
export function readCursor(
  values: ParameterValues,
  { generation, cursorSecret }: CursorContext,
  fingerprint: string,
  otherwise: string,
): CursorContent | null {
  if (!values.has('cursor')) return null;
  const others = values.errors.length;
  const cursor = decodeCursor(values.one('cursor') ?? '', cursorSecret);
  if (cursor === null) {
    values.refuse('cursor', 'must be a page.next of this API, unchanged');
  } else if (others === 0 && cursor.generation === generation && cursor.fingerprint !== fingerprint) {
    // With other errors the filter is not known, and what it is bound to cannot be judged.
    values.refuse('cursor', otherwise);
  }
  return cursor;
}
