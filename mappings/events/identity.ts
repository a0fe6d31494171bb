/** Which event a record is, as far as can be told: it need not be one of the contract. */

import { parseInstant } from '../instant.js';
import { shapes } from './catalogue.js';
import type { RawRecord } from './event.js';
import { isWellFormedId } from './identifier.js';
import { open } from './mode.js';
import { tooLarge } from './size.js';

export interface EventIdentity {
  readonly eventId: string;
  /** `null` when it is none of the contract. */
  readonly type: string | null;
  /** The aggregate's id; `null` when it is no id. */
  readonly subject: string | null;
  /** Milliseconds since 1970; `null` when it is no time. */
  readonly time: number | null;
}

/** `null` when the record has no readable event id. */
export function identityOf(record: RawRecord): EventIdentity | null {
  // In binary mode it is told by the headers alone.
  const opened = open(tooLarge(record) === null ? record : { ...record, value: null });
  if (opened.kind === 'malformed') return null;
  const { id, type, subject, time } = opened.attributes;
  if (typeof id !== 'string' || !isWellFormedId(id)) return null;
  return {
    eventId: id,
    type: typeof type === 'string' && shapes.has(type) ? type : null,
    subject: typeof subject === 'string' && isWellFormedId(subject) ? subject : null,
    time: typeof time === 'string' ? parseInstant(time) : null,
  };
}
