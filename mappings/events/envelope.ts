/** The context attributes of an event, checked. */
import { isUtf8 } from 'node:buffer';
import { parseInstant } from '../instant.js';
import { isWellFormedId } from './identifier.js';
import type { Attributes } from './mode.js';
import { type Malformed, malformed } from './reasons.js';
import { isWellFormedUnicode, isWithinCharacters, TEXT_CHARACTERS_MAX } from './text.js';

export interface Envelope {
  readonly kind: 'envelope';
  readonly eventId: string;
  readonly source: string;
  /** As sent, the suffix of an older shape included. */
  readonly type: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** 0 when absent. */
  readonly sequence: number;
}

export function readEnvelope(attributes: Attributes, key: Uint8Array | null): Envelope | Malformed {
  const { specversion, id, source, type, subject, time, sequence } = attributes;
  if (specversion !== '1.0') return malformed('envelope-invalid', 'specversion is not the text 1.0.');
  if (typeof id !== 'string') return missing('id');
  if (typeof source !== 'string' || source === '') return missing('source');
  if (typeof type !== 'string' || type === '') return missing('type');
  if (typeof subject !== 'string') return missing('subject');
  if (typeof time !== 'string') return missing('time');
  if (!isWellFormedId(id)) return malformed('id-invalid', `id ${NO_ID}`);
  if (!isWellFormedId(subject)) return malformed('id-invalid', `subject ${NO_ID}`);
  if (!isText(source)) return malformed('text-invalid', `source ${NO_TEXT}`);
  if (!isText(type)) return malformed('text-invalid', `type ${NO_TEXT}`);
  if (!isKey(key, subject)) {
    const detail =
      key === null ? 'The record has no key; it must be the subject.' : 'The record key is not the subject.';
    return malformed('subject-not-key', detail);
  }
  const instant = parseInstant(time);
  if (instant === null) {
    return malformed('time-invalid', 'time is not an RFC 3339 time with a zone in the years 0000–9999.');
  }
  const number = parseSequence(sequence);
  if (number === null) {
    return malformed('sequence-invalid', 'sequence is not a decimal text of an integer from 1 to 9007199254740991.');
  }
  return { kind: 'envelope', eventId: id, source, type, subject, time: instant, sequence: number };
}

const NO_ID = 'is not 1–128 characters without control characters and commas, or it is . or ...';
const NO_TEXT = 'is longer than 8,000 characters or has an unpaired surrogate.';

function missing(attribute: string): Malformed {
  return malformed('envelope-invalid', `${attribute} is missing, empty or not a text.`);
}

function isText(value: string): boolean {
  return isWithinCharacters(value, TEXT_CHARACTERS_MAX) && isWellFormedUnicode(value);
}

function isKey(key: Uint8Array | null, subject: string): boolean {
  if (key === null || !isUtf8(key)) return false;
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.toString('utf8') === subject;
}

const DIGITS = /^[0-9]+$/;

/** 0 when absent, `null` when it breaks the contract. Digits of any number have the value of the number. */
function parseSequence(sequence: unknown): number | null {
  if (sequence === undefined || sequence === null) return 0;
  if (typeof sequence !== 'string' || !DIGITS.test(sequence)) return null;
  const value = Number(sequence);
  return value >= 1 && Number.isSafeInteger(value) ? value : null;
}
