/** The two ways in which a CloudEvent travels in a record of Kafka: structured and binary. */
import { isUtf8 } from 'node:buffer';
import type { RawRecord } from './event.js';
import { readHeader } from './headers.js';
import { type Malformed, malformed } from './reasons.js';

/** The context attributes as they came, unchecked; absent ones are `undefined` or `null`. */
export interface Attributes {
  readonly specversion: unknown;
  readonly id: unknown;
  readonly source: unknown;
  readonly type: unknown;
  readonly subject: unknown;
  readonly time: unknown;
  readonly sequence: unknown;
}

/** The data before it is looked at: unknown types are skipped without ever reading theirs. */
export type Content =
  | { readonly kind: 'parsed'; readonly format: unknown; readonly value: unknown }
  | { readonly kind: 'base64'; readonly format: unknown; readonly text: string }
  | { readonly kind: 'bytes'; readonly format: unknown; readonly bytes: Buffer };

export interface Opened {
  readonly kind: 'opened';
  readonly attributes: Attributes;
  readonly content: Content;
}

export type Parsed = { readonly kind: 'parsed'; readonly value: unknown } | Malformed;

/** The message of the parser is left out: it quotes the text. */
export function parseJson(bytes: Buffer, what: string): Parsed {
  if (!isUtf8(bytes)) return malformed('not-utf8', `${what} is not UTF-8.`);
  try {
    return { kind: 'parsed', value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return malformed('not-json', `${what} is not JSON.`);
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CLOUDEVENTS_FORMAT = /^\s*application\/cloudevents/i;
const STRUCTURED_JSON = /^\s*application\/cloudevents\+json\s*(?:;|$)/i;

/**
 * The content-type decides; without one, CloudEvents headers mean binary mode, and else the value must be the event. Only
 * in binary mode the value may be missing: an event without data is sent so.
 */
export function open(record: RawRecord): Opened | Malformed {
  const { value, headers } = record;
  const contentType = readHeader(headers, 'content-type');
  if (typeof contentType === 'object') return contentType;
  if (contentType !== undefined && CLOUDEVENTS_FORMAT.test(contentType)) {
    if (STRUCTURED_JSON.test(contentType)) return value === null ? noValue() : openStructured(value);
    const detail = 'The content-type is a batch of CloudEvents, or a format of them other than JSON.';
    return malformed('format-unsupported', detail);
  }
  const isMarked = hasCloudEventsHeader(headers);
  if (value === null) return isMarked ? openBinary(NOTHING, headers, contentType) : noValue();
  return isMarked || contentType !== undefined ? openBinary(value, headers, contentType) : openStructured(value);
}

const NOTHING = Buffer.alloc(0);

function noValue(): Malformed {
  return malformed('value-missing', 'The record has no value, and no header ce_specversion that makes it an event.');
}

function hasCloudEventsHeader(headers: RawRecord['headers']): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'ce_specversion');
}

function openStructured(value: Buffer): Opened | Malformed {
  const parsed = parseJson(value, 'The value');
  if (parsed.kind === 'malformed') return parsed;
  const event = parsed.value;
  if (!isObject(event)) return malformed('envelope-invalid', 'The value is JSON, but not an object.');
  const content = contentOf(event);
  return content.kind === 'malformed' ? content : { kind: 'opened', attributes: attributesOf(event), content };
}

/** Only the attributes that are known are picked out, so no name of the record can get at a prototype. */
function attributesOf(event: Readonly<Record<string, unknown>>): Attributes {
  const { specversion, id, source, type, subject, time, sequence } = event;
  return { specversion, id, source, type, subject, time, sequence };
}

function contentOf(event: Readonly<Record<string, unknown>>): Content | Malformed {
  const { data, data_base64: base64, datacontenttype: format } = event;
  if (base64 === undefined || base64 === null) return { kind: 'parsed', format, value: data };
  if (data !== undefined && data !== null) {
    return malformed('envelope-invalid', 'The event has both data and data_base64; only one of them is allowed.');
  }
  if (typeof base64 !== 'string') return malformed('envelope-invalid', 'data_base64 is not a text.');
  return { kind: 'base64', format, text: base64 };
}

const ATTRIBUTE_HEADERS = [
  ['specversion', 'ce_specversion'],
  ['id', 'ce_id'],
  ['source', 'ce_source'],
  ['type', 'ce_type'],
  ['subject', 'ce_subject'],
  ['time', 'ce_time'],
  ['sequence', 'ce_sequence'],
] as const;

/** Some clients send the content type of the data under the attribute's own name, whose place is the content-type. */
const DATA_TYPE_HEADER = 'ce_datacontenttype';

function openBinary(bytes: Buffer, headers: RawRecord['headers'], contentType: string | undefined): Opened | Malformed {
  const attributes: { -readonly [Name in keyof Attributes]?: unknown } = {};
  for (const [name, header] of ATTRIBUTE_HEADERS) {
    const read = readHeader(headers, header);
    if (typeof read === 'object') return read;
    attributes[name] = read;
  }
  const format = contentType ?? readHeader(headers, DATA_TYPE_HEADER);
  if (typeof format === 'object') return format;
  return { kind: 'opened', attributes: attributesOf(attributes), content: { kind: 'bytes', format, bytes } };
}
