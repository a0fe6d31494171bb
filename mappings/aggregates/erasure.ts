/** The right to be forgotten: which event asks for it, and which records may hold data of whom it is about. */

import {
  type AggregateName,
  compareVersions,
  type DomainEvent,
  type RawRecord,
  type Version,
} from '../events/event.js';
import { isWellFormedId } from '../events/identifier.js';
import { open } from '../events/mode.js';
import { parseInstant } from '../instant.js';

/** Everything of the customer that comes before `version`, or with it, in the event order is to be forgotten. */
export interface Erasure {
  readonly customerId: string;
  readonly version: Version;
}

/** `null` when the event erases nobody. */
export function erasureOf({ type, subject, sequence, time, eventId }: DomainEvent): Erasure | null {
  return type === 'customer.erased' ? { customerId: subject, version: { sequence, time, eventId } } : null;
}

/** Whose data a record may hold, and when it was written, as far as can be told: it need not be an event. */
export interface Mention {
  readonly aggregate: AggregateName;
  readonly customers: readonly string[];
  /** `null` when its place in the event order cannot be told. */
  readonly version: Version | null;
}

export function mentionIn(aggregate: AggregateName, record: RawRecord): Mention {
  const opened = open(record);
  const attributes = opened.kind === 'opened' ? opened.attributes : null;
  const texts = textsOf(record);
  const isOfCustomer =
    aggregate === 'customers' || [attributes?.type, ...texts].some((text) => CUSTOMER_TYPE.test(String(text)));
  const named = [
    ...(aggregate === 'customers' && record.key !== null ? [Buffer.from(record.key).toString('utf8')] : []),
    ...(isOfCustomer && typeof attributes?.subject === 'string' ? [attributes.subject] : []),
    ...texts.flatMap((text) => namedIn(text, isOfCustomer)),
  ];
  return {
    aggregate,
    customers: [...new Set(named)].filter(isWellFormedId),
    version: attributes === null ? null : versionOf(attributes),
  };
}

/**
 * Whether the record's content must go. It stays only when it is certain that it came after the erasure, which is of a
 * new person under the same id. Events of other aggregates are compared by their time: sequences are each aggregate's own.
 */
export function isErasedBy({ aggregate, customers, version }: Mention, erasure: Erasure): boolean {
  if (!customers.includes(erasure.customerId)) return false;
  if (version === null) return true;
  if (aggregate === 'customers') return compareVersions(version, erasure.version) <= 0;
  return version.time <= erasure.version.time;
}

/** Where a field begins that names a customer, wherever it stands and whether or not the rest is JSON. */
const NAMING_FIELD = /"(customerId|customer|subject)"\s*:\s*"/g;
/** An id is not longer, however it is escaped. */
const RAW_VALUE_MAX = 1_600;
const BASE64_FIELD = /"data_base64"\s*:\s*"([A-Za-z0-9+/=]*)"/;
const CUSTOMER_TYPE = /(?:^|")customer\.[a-z]/;

function namedIn(text: string, isOfCustomer: boolean): string[] {
  return [...text.matchAll(NAMING_FIELD)].flatMap((match) => {
    const [beginning, field] = match;
    if (field === 'subject' && !isOfCustomer) return [];
    const raw = rawValueAt(text, match.index + beginning.length);
    return raw === null ? [] : [unescaped(raw)];
  });
}

/** Up to the quotation mark that ends it; `null` for an empty one, and for what cannot be an id. */
function rawValueAt(text: string, start: number): string | null {
  const last = Math.min(text.length - 1, start + RAW_VALUE_MAX);
  for (let at = start; at <= last; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at === start ? null : text.slice(start, at);
  }
  return null;
}

/** The value; what it holds in Base64; and both as they read if a text in them is JSON itself. */
function textsOf({ value }: RawRecord): string[] {
  if (value === null) return [];
  const text = value.toString('utf8');
  const encoded = BASE64_FIELD.exec(text)?.[1];
  const texts = encoded === undefined ? [text] : [text, Buffer.from(encoded, 'base64').toString('utf8')];
  return texts.flatMap((one) => (one.includes('\\"') ? [one, one.replaceAll(/\\{1,8}"/g, '"')] : [one]));
}

function unescaped(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

function versionOf({ id, time, sequence }: { id?: unknown; time?: unknown; sequence?: unknown }): Version | null {
  const instant = typeof time === 'string' ? parseInstant(time) : null;
  if (instant === null) return null;
  if (sequence === undefined || sequence === null) return { sequence: 0, time: instant, eventId: eventIdOf(id) };
  if (typeof sequence !== 'string' || !/^\d{1,16}$/.test(sequence)) return null;
  return { sequence: Number(sequence), time: instant, eventId: eventIdOf(id) };
}

function eventIdOf(id: unknown): string {
  return typeof id === 'string' ? id : '';
}
