/** One record within a batch: https://kafka.apache.org/documentation/#record */
import { type Malformed, malformed } from '../../mappings/events/reasons.js';
import { BatchTooLarge, batchLimits, RECORD_HEADERS_MAX } from './batch-limits.js';

export interface ReadRecord {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** By name; those that are given several times as a list. */
  readonly headers: object;
  /** How many of them were read. */
  readonly headerCount: number;
  /** It has more headers than are read: it has none here. */
  readonly unread: Malformed | null;
  /** Where the next one begins. */
  readonly end: number;
}

type HeaderValue = Buffer | null;

/**
 * `headersBefore`: of the records before it in the batch. @throws BatchTooLarge when the batch has too many headers with
 * this one's; Error when the bytes end in the middle of it, or it goes on behind its end.
 */
export function readRecord(content: Buffer, at: number, headersBefore: number): ReadRecord {
  const cursor = new Cursor(content, at);
  const length = cursor.varint();
  const end = cursor.at + length;
  if (length < 0 || end > content.length) throw new Error(CUT_OFF);
  cursor.end = end;
  cursor.at += 1; // Attributes, of which there are none yet.
  const timestampDelta = cursor.varint();
  const offsetDelta = cursor.varint();
  const key = cursor.bytes();
  const value = cursor.bytes();
  const count = cursor.varint();
  const tooMany = count > RECORD_HEADERS_MAX;
  const detail = `The record has ${count} headers; at most ${RECORD_HEADERS_MAX} are read.`;
  const unread = tooMany ? malformed('record-too-large', detail) : null;
  const headerCount = tooMany ? 0 : Math.max(0, count);
  const { headersMax } = batchLimits();
  if (headersBefore + headerCount > headersMax) throw BatchTooLarge.inHeaders(headersMax);
  const headers = headersAt(cursor, headerCount);
  return { timestampDelta, offsetDelta, key, value, headers, headerCount, unread, end };
}

const CUT_OFF = 'A batch of records ends in the middle of one.';

function headersAt(cursor: Cursor, count: number): object {
  const headers: Record<string, HeaderValue | HeaderValue[]> = {};
  for (let i = 0; i < count; i += 1) {
    const name = cursor.text();
    const value = cursor.bytes();
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (Array.isArray(known)) known.push(value);
    else if (known !== undefined) headers[name] = [known, value];
    else if (name === '__proto__') {
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
    } else headers[name] = value;
  }
  return headers;
}

class Cursor {
  constructor(
    private readonly content: Buffer,
    public at: number,
    public end = content.length,
  ) {}

  /** Of up to 64 bits; exact up to 2^53. */
  varint(): number {
    const first = this.content[this.at];
    if (first !== undefined && first < 0x80 && this.at < this.end) {
      this.at += 1;
      return (first >> 1) ^ -(first & 1);
    }
    let sum = 0;
    for (let scale = 1, more = true; more; scale *= 128) {
      const byte = this.content[this.at];
      if (byte === undefined || this.at >= this.end || scale > 2 ** 63) throw new Error(CUT_OFF);
      this.at += 1;
      sum += (byte & 0x7f) * scale;
      more = byte >= 0x80;
    }
    return sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2;
  }

  text(): string {
    const length = this.varint();
    if (length <= 0) return '';
    const from = this.at;
    this.at += length;
    if (this.at > this.end) throw new Error(CUT_OFF);
    return this.content.toString('utf8', from, this.at);
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    if (this.at > this.end) throw new Error(CUT_OFF);
    return this.content.subarray(from, this.at);
  }
}
