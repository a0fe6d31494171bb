/** How large a record may be that is looked into. Whatever the contract permits, but for lists of long tags, is far smaller. */
import type { RawRecord } from './event.js';
import { type Malformed, malformed } from './reasons.js';

/** Of a value. An order of 1,000 lines whose ids are as long as can be takes 3 MB at most; a state must fit into 16 MB. */
export const EVENT_BYTES_MAX = 8 * 1024 * 1024;
export const KEY_AND_HEADERS_BYTES_MAX = 1024 * 1024;

/** Why the record is not looked into; `null`: it is. */
export function tooLarge(record: RawRecord): Malformed | null {
  if (record.unread !== undefined) return record.unread;
  const value = record.value?.length ?? 0;
  if (value > EVENT_BYTES_MAX) {
    const detail = `The value has ${value} bytes; at most ${EVENT_BYTES_MAX} are read.`;
    return malformed('record-too-large', detail);
  }
  const around = keyAndHeadersBytes(record);
  if (around > KEY_AND_HEADERS_BYTES_MAX) {
    const detail = `The key and the headers have ${around} bytes; at most ${KEY_AND_HEADERS_BYTES_MAX} are read.`;
    return malformed('record-too-large', detail);
  }
  return null;
}

/** What a header takes in memory beside its name and value, about: a thousand of nothing are no small record. */
export const HEADER_BYTES = 200;

/** About what it takes in memory. */
export function contentBytes(record: RawRecord): number {
  return (record.value?.length ?? 0) + keyAndHeadersBytes(record) + HEADER_BYTES * headersOf(record);
}

function headersOf({ headers }: RawRecord): number {
  let count = 0;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) count += Array.isArray(value) ? value.length : 1;
  }
  return count;
}

function keyAndHeadersBytes({ key, headers }: RawRecord): number {
  let bytes = key?.length ?? 0;
  for (const name in headers) {
    const value = headers[name];
    bytes += name.length;
    if (Array.isArray(value)) for (const one of value) bytes += one?.length ?? 0;
    else bytes += value?.length ?? 0;
  }
  return bytes;
}
