/** The parameters of a history. */
import { z } from 'zod';
import type { View } from '../../mappings/contract.js';
import type { Version } from '../../mappings/events/event.js';
import { encodeCursor, fingerprintOf } from './cursor.js';
import { type CursorContext, readCursor } from './cursor-parameter.js';
import type { Given, ParameterError } from './given.js';
import { ParameterValues } from './parameter-values.js';
import { historyParameters, LIMITS } from './parameters.js';

export type HistoryOutcome =
  /** `after`: `null` from the beginning. */
  | { readonly kind: 'request'; readonly size: number; readonly after: Version | null }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] }
  /** The cursor was given out for a generation that is no longer served. */
  | { readonly kind: 'expired' };

/** Whose history, and what its cursors are bound to. */
export interface HistoryContext extends CursorContext {
  readonly view: View;
  readonly id: string;
}

const place = z.tuple([z.number(), z.number(), z.string()]);

export function readHistoryRequest(given: Given, context: HistoryContext): HistoryOutcome {
  const values = new ParameterValues(given);
  values.refuseUnknown([...historyParameters().keys()], 'a history');
  const size = Math.min(values.positive('size') ?? LIMITS.historySizeDefault, LIMITS.sizeMax);
  const otherwise = 'belongs to something else; send it to the history that it came from';
  const cursor = readCursor(values, context, fingerprintOfHistory(context), otherwise);
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  if (cursor === null) return { kind: 'request', size, after: null };
  if (cursor.generation !== context.generation) return { kind: 'expired' };
  const [sequence, time, eventId] = place.parse(cursor.after);
  return { kind: 'request', size, after: { sequence, time, eventId } };
}

/** Where a history goes on: after the event of this version. */
export function historyCursor(context: HistoryContext, { sequence, time, eventId }: Version): string {
  const { generation, cursorSecret } = context;
  const after = [sequence, time, eventId];
  return encodeCursor({ generation, fingerprint: fingerprintOfHistory(context), after }, cursorSecret);
}

/** No list has it: the name of a view has no `/`. */
function fingerprintOfHistory({ view, id }: HistoryContext): string {
  return fingerprintOf(`${view.name}/${id}`, { conditions: [], search: null, sort: [] });
}
